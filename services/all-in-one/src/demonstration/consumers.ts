/** A consumer of the demonstration consortium (INTERFACE §3). */
export interface DemoConsumer {
  readonly utility: string;
  readonly cin: string;
  readonly planId: 'residential-roaming' | 'commercial-roaming';
  readonly customerClass: 'residential' | 'commercial';
  readonly tier: 'none' | 'Gold' | 'Diamond' | 'Platinum';
  readonly paymentMode: 'postPaid' | 'prepaid' | 'debit' | 'creditCard';
  /** a token of the sandbox provider, which says how it behaves */
  readonly paymentMethod?: string;
  /** a quarter of it is held on a card for one session */
  readonly limitAmount?: string;
  readonly state: 'active' | 'blocked';
  readonly maxConcurrentSessions: number;
  readonly balance?: string;
  readonly contractId?: string;
  readonly uid?: string;
}

const residential = {
  planId: 'residential-roaming',
  customerClass: 'residential',
  tier: 'none',
  paymentMode: 'postPaid',
  state: 'active',
  maxConcurrentSessions: 1,
} as const;

const commercial = {
  ...residential,
  planId: 'commercial-roaming',
  customerClass: 'commercial',
  maxConcurrentSessions: 20,
} as const;

const byCard = {
  ...residential,
  utility: 'alabama-power',
  paymentMode: 'creditCard',
  limitAmount: '400.00',
} as const;

export const DEMO_CONSUMERS: readonly DemoConsumer[] = [
  {
    ...residential,
    utility: 'alabama-power',
    cin: '84000195011000012374',
    tier: 'Gold',
    contractId: 'USALAC00012374',
    uid: '04A1B2C3D4E580',
  },
  { ...residential, utility: 'alabama-power', cin: '84000195011000045645' },
  { ...residential, utility: 'alabama-power', cin: '84000195011000078916', state: 'blocked' },
  {
    ...residential,
    utility: 'alabama-power',
    cin: '84000195014000007713',
    paymentMode: 'prepaid',
    balance: '10.00',
  },
  { ...commercial, utility: 'alabama-power', cin: '84000195013000032191', tier: 'Platinum' },
  {
    ...commercial,
    utility: 'duke-energy',
    cin: '84005416012000012317',
    tier: 'Diamond',
    contractId: 'USDUKC00012317',
  },
  { ...residential, utility: 'duke-energy', cin: '84005416011000055516' },
  { ...residential, utility: 'georgia-power', cin: '84007140011000004236', uid: '04B7C8D9E0F180' },
  {
    ...residential,
    utility: 'georgia-power',
    cin: '84007140014000001127',
    paymentMode: 'prepaid',
    balance: '0.00',
  },
  { ...residential, utility: 'northern-hydro', cin: '12400001011000000782' },
  { ...byCard, cin: '84000195011000093078', paymentMethod: 'sandbox-card' },
  {
    ...byCard,
    cin: '84000195011000094048',
    paymentMode: 'debit',
    paymentMethod: 'sandbox-account',
  },
  { ...byCard, cin: '84000195011000095018', paymentMethod: 'sandbox-declined' },
  { ...byCard, cin: '84000195011000096085', paymentMethod: 'sandbox-timeout' },
];
