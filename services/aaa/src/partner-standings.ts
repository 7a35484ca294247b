/** Whether partners' drivers get first visits here: settlement's verdict on what they owe. */
export interface PartnerStandings {
  isSuspended(partner: string): Promise<boolean>;
  /** the latest one holds */
  keep(partner: string, standing: 'served' | 'suspended'): Promise<void>;
}
