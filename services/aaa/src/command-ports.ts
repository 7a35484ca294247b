import type {
  callStation,
  Operation,
  readStationCall,
  ReplyOf,
  RequestOf,
} from '@roamgrid/contracts';

/** Calls towards stations, kept from the moment they are asked for. */
export interface OperationStore {
  insert(operation: Operation): Promise<void>;
  /** writes how it ended, once: what is over stays as it is. @returns the operation as it stands */
  end(operation: Operation): Promise<Operation>;
  find(operationId: string): Promise<Operation | null>;
}

/** The router that holds this utility's stations. */
export interface StationCaller {
  read(call: RequestOf<typeof readStationCall>): Promise<ReplyOf<typeof readStationCall>>;
  call(call: RequestOf<typeof callStation>): Promise<ReplyOf<typeof callStation>>;
}
