import type { Contract } from './contract.js';
import * as aaaAdministration from './messages/aaa/administration.js';
import * as command from './messages/aaa/command.js';
import * as reservation from './messages/aaa/reservation.js';
import * as aaaAudit from './messages/aaa/audit.js';
import * as charge from './messages/aaa/charge.js';
import * as partner from './messages/aaa/partner.js';
import * as roaming from './messages/aaa/roaming.js';
import * as station from './messages/aaa/station.js';
import * as agreements from './messages/crp/agreements.js';
import * as loadSignals from './messages/crp/load-signals.js';
import * as policies from './messages/crp/policies.js';
import * as negotiations from './messages/crp/negotiations.js';
import * as pricing from './messages/crp/pricing.js';
import * as tariffs from './messages/crp/tariffs.js';
import * as ledger from './messages/ledger/ledger.js';
import * as projection from './messages/portal/project.js';
import * as consumer from './messages/profiles/consumer.js';
import * as driverContract from './messages/profiles/contract.js';
import * as directory from './messages/profiles/directory.js';
import * as mandate from './messages/profiles/mandate.js';
import * as offline from './messages/profiles/offline.js';
import * as stationCall from './messages/router/station-call.js';
import * as settlementAudit from './messages/settlement/audit.js';
import * as bill from './messages/settlement/bill.js';
import * as card from './messages/settlement/card.js';
import * as cdr from './messages/settlement/cdr.js';
import * as approval from './messages/settlement/approval.js';
import * as exposure from './messages/settlement/exposure.js';
import * as invoice from './messages/settlement/invoice.js';
import * as bank from './messages/settlement/bank.js';
import * as netting from './messages/settlement/netting.js';

/**
 * Every message of Roamgrid, in the order of the flow: from the swipe to the bill, then what staff
 * asks for. `docs/flow.md` and the AsyncAPI document are made from this list, and each service's
 * handlers are held against it.
 */
export const FLOW: readonly Contract[] = [
  station.authenticateStation,
  station.recordFrame,
  charge.swipe,
  directory.findToken,
  mandate.findMandate,
  roaming.authorizeRoaming,
  consumer.authenticateConsumer,
  pricing.agreeTariff,
  pricing.readPublishedTariff,
  pricing.answerOffer,
  pricing.cosignAgreedTariff,
  negotiations.noteNegotiationEnd,
  roaming.requestMandate,
  consumer.issueMandate,
  pricing.makeRetailTariff,
  bill.readCredit,
  roaming.recallMandate,
  bill.reserveCredit,
  card.authorizeCard,
  offline.authorizeOffline,
  mandate.storeMandate,
  charge.consent,
  charge.decline,
  charge.recordTransactionEvent,
  station.readStationSession,
  roaming.noteStart,
  roaming.noteEnd,
  mandate.noteCharge,
  mandate.noteMandateUse,
  bill.releaseCredit,
  cdr.recordCharge,
  cdr.receiveCdr,
  cdr.resendCdrs,
  consumer.resolvePseudonym,
  cdr.answerCdr,
  cdr.objectCdr,
  cdr.acceptCdr,
  cdr.correctCharge,
  partner.correctMandateUse,
  cdr.receiveCorrection,
  cdr.writeOffCdr,
  cdr.receiveWriteOff,
  pricing.readAgreement,
  invoice.closePeriod,
  invoice.receiveInvoice,
  invoice.acceptInvoice,
  invoice.disputeInvoice,
  invoice.answerInvoice,
  invoice.answerDispute,
  invoice.receiveDisputeAnswer,
  invoice.creditInvoice,
  invoice.receiveCredit,
  netting.netWithPartner,
  netting.cosignSettlement,
  netting.paySettlement,
  netting.receivePayment,
  bank.readBankStatement,
  bank.readCardPayout,
  bank.listBankItems,
  bank.resolveBankItem,
  exposure.setExposureLimit,
  exposure.readExposures,
  partner.notePartnerStanding,
  ledger.submitTransaction,
  ledger.readRecord,
  ledger.readHeight,
  ledger.verifyChain,
  ledger.listRecords,
  bill.issueBills,
  bill.creditBill,
  bill.approveBillCredit,
  approval.proposeApprovalLimit,
  approval.approveApprovalLimit,
  approval.readApprovalLimits,
  projection.project,
  projection.traceSteps,
  invoice.listInvoiceLines,
  invoice.proveCdr,
  invoice.readLedger,
  cdr.readCdr,
  bill.readBalances,
  bill.depositCredit,
  bill.auditBooks,
  aaaAudit.auditSessions,
  aaaAudit.listEndedCharges,
  settlementAudit.matchCharges,
  aaaAudit.replayCharges,
  settlementAudit.matchReplays,
  consumer.createConsumer,
  consumer.updateConsumer,
  consumer.findConsumer,
  pricing.readPlan,
  driverContract.amendContract,
  driverContract.concludeContract,
  driverContract.endContract,
  driverContract.readContractVersion,
  driverContract.auditContracts,
  directory.listCards,
  directory.findCard,
  directory.addCard,
  directory.changeCard,
  directory.receiveDirectory,
  directory.readDirectory,
  offline.readRetailTariff,
  mandate.revokeMandate,
  mandate.receiveRevocation,
  mandate.readRevocations,
  roaming.endMandate,
  tariffs.draftTariff,
  tariffs.editTariff,
  tariffs.withdrawTariff,
  tariffs.publishTariff,
  policies.definePlan,
  policies.draftPolicy,
  policies.publishPolicy,
  policies.recordFxRate,
  loadSignals.publishLoadSignal,
  loadSignals.receiveLoadSignal,
  agreements.proposeAgreement,
  agreements.receiveProposal,
  agreements.signAgreement,
  agreements.cosignAgreement,
  agreements.noticeAgreement,
  agreements.receiveAgreementNotice,
  mandate.noteAgreementStanding,
  aaaAdministration.registerStation,
  aaaAdministration.isStationIdTaken,
  command.commandStation,
  stationCall.readStationCall,
  stationCall.callStation,
  command.readOperation,
  reservation.askReservation,
  reservation.reserveForHome,
  reservation.findReservation,
  reservation.readReservationForHome,
  reservation.cancelReservation,
  reservation.cancelReservationForHome,
  aaaAdministration.listWireLog,
  aaaAdministration.resolveSuspense,
  aaaAdministration.drainAaa,
  consumer.drainProfiles,
  pricing.drainCrp,
  bill.drainSettlement,
];
