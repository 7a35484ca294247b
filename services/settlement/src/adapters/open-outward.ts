import type { InstantMs } from '@roamgrid/kernel';
import type { Database } from '@roamgrid/persistence';
import type { OutwardConfiguration } from '@roamgrid/platform';
import type { PaymentGateway } from '../cards/ports.js';
import type { PaymentOrders } from '../netting/ports.js';
import type { CustomerBillingFeed } from '../feed/ports.js';
import { HttpBank } from './http-bank.js';
import { HttpCustomerBilling } from './http-customer-billing.js';
import { HttpGateway } from './http-gateway.js';
import { SandboxBank } from './sandbox-bank.js';
import { SandboxCustomerBilling } from './sandbox-customer-billing.js';
import { SandboxGateway } from './sandbox-gateway.js';

interface Around {
  readonly database: Database;
  readonly utility: string;
  readonly now: () => InstantMs;
}

/** The systems that money leaves for: those that are configured, and sandboxes for the others. */
export function openOutward(
  configuration: Partial<OutwardConfiguration>,
  { database, utility, now }: Around,
): {
  readonly customerBilling: CustomerBillingFeed;
  readonly paymentGateway: PaymentGateway;
  readonly paymentOrders: PaymentOrders;
} {
  const urlFor = (url: string): string => url.replaceAll('{utility}', utility);
  const {
    CUSTOMER_BILLING_URL: billingUrl,
    CUSTOMER_BILLING_TOKEN: billingToken,
    PAYMENT_GATEWAY_URL: gatewayUrl,
    PAYMENT_GATEWAY_TOKEN: gatewayToken,
    BANK_URL: bankUrl,
    BANK_TOKEN: bankToken,
  } = configuration;
  return {
    paymentOrders:
      bankUrl === undefined
        ? new SandboxBank(database, now)
        : new HttpBank({ url: urlFor(bankUrl), token: bankToken ?? null }),
    customerBilling:
      billingUrl === undefined
        ? new SandboxCustomerBilling(database)
        : new HttpCustomerBilling({
            url: urlFor(billingUrl),
            token: billingToken ?? null,
            utility,
          }),
    paymentGateway:
      gatewayUrl === undefined
        ? new SandboxGateway(database, now)
        : new HttpGateway({ url: urlFor(gatewayUrl), token: gatewayToken ?? null }),
  };
}
