/**
 * What Fabric's programs read, as objects: JSON is YAML. Only what differs from their defaults, or has none.
 * Member ids, ports and folders come from the layout.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { domainOf, mspOf, ORDERER_MSP } from './layout.mjs';

const BUILDER = fileURLToPath(new URL('./builder', import.meta.url));
const SANS = ['localhost', '127.0.0.1'];
const MESSAGE_BYTES = 100 * 1024 * 1024;
const BCCSP = { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };

/** For cryptogen. */
export function cryptoConfiguration({ orderers, members }) {
  return {
    OrdererOrgs: [
      {
        Name: 'orderer',
        Domain: domainOf('orderer'),
        EnableNodeOUs: true,
        Specs: orderers.map((Hostname) => ({ Hostname, SANS })),
      },
    ],
    PeerOrgs: members.map((slug) => ({
      Name: slug,
      Domain: domainOf(slug),
      EnableNodeOUs: true,
      Template: { Count: 1, SANS },
      Users: { Count: 1 },
    })),
  };
}

const implicit = (Rule) => ({ Type: 'ImplicitMeta', Rule });
const signature = (Rule) => ({ Type: 'Signature', Rule });
const POLICIES = {
  Readers: implicit('ANY Readers'),
  Writers: implicit('ANY Writers'),
  Admins: implicit('MAJORITY Admins'),
};

function ordererOrganization(layout) {
  const member = signature(`OR('${ORDERER_MSP}.member')`);
  return {
    Name: 'orderer',
    ID: ORDERER_MSP,
    MSPDir: join(layout.ordererOrganization(), 'msp'),
    OrdererEndpoints: layout.orderers.map((name) => layout.ordererAddress(name)),
    Policies: {
      Readers: member,
      Writers: member,
      Admins: signature(`OR('${ORDERER_MSP}.admin')`),
    },
  };
}

function memberOrganization(layout, slug) {
  const id = mspOf(slug);
  return {
    Name: id,
    ID: id,
    MSPDir: join(layout.organization(slug), 'msp'),
    AnchorPeers: [{ Host: 'localhost', Port: layout.ports.peers[slug].port }],
    Policies: {
      Readers: signature(`OR('${id}.admin', '${id}.peer', '${id}.client')`),
      Writers: signature(`OR('${id}.admin', '${id}.client')`),
      Admins: signature(`OR('${id}.admin')`),
      Endorsement: signature(`OR('${id}.peer')`),
    },
  };
}

const certificatesOf = (layout, name) => {
  const certificate = join(layout.ordererDir(name), 'tls/server.crt');
  return { ClientTLSCert: certificate, ServerTLSCert: certificate };
};

/** One orderer keeps the order by Raft, four by SmartBFT, which one of them may lie to. */
function consensus(layout) {
  const places = layout.orderers.map((name, index) => ({
    ID: index + 1,
    Host: 'localhost',
    Port: layout.ordererPorts(name).port,
    ...certificatesOf(layout, name),
    MSPID: ORDERER_MSP,
    Identity: join(
      layout.ordererDir(name),
      'msp/signcerts',
      `${name}.${domainOf('orderer')}-cert.pem`,
    ),
  }));
  if (places.length > 1) {
    return {
      OrdererType: 'BFT',
      SmartBFT: {
        RequestBatchMaxInterval: '200ms',
        RequestForwardTimeout: '5s',
        RequestComplainTimeout: '20s',
        RequestAutoRemoveTimeout: '3m0s',
        ViewChangeResendInterval: '5s',
        ViewChangeTimeout: '20s',
        LeaderHeartbeatTimeout: '1m0s',
        CollectTimeout: '1s',
        RequestBatchMaxCount: 100,
        RequestBatchMaxBytes: 10_485_760,
        IncomingMessageBufferSize: 200,
        RequestPoolSize: 100_000,
        LeaderHeartbeatCount: 10,
      },
      ConsenterMapping: places,
    };
  }
  return {
    OrdererType: 'etcdraft',
    EtcdRaft: {
      Consenters: places.map(({ Host, Port, ClientTLSCert, ServerTLSCert }) => ({
        Host,
        Port,
        ClientTLSCert,
        ServerTLSCert,
      })),
      Options: {
        TickInterval: '100ms',
        ElectionTick: 10,
        HeartbeatTick: 1,
        MaxInflightBlocks: 5,
        SnapshotIntervalSize: '16 MB',
      },
    },
  };
}

/** For configtxgen: one profile, the channel's first block. */
export function channelConfiguration(layout) {
  const isBft = layout.orderers.length > 1;
  return {
    Profiles: {
      Settlement: {
        Policies: POLICIES,
        Capabilities: { V3_0: true },
        Orderer: {
          ...consensus(layout),
          BatchTimeout: '250ms',
          BatchSize: {
            MaxMessageCount: 500,
            AbsoluteMaxBytes: '10 MB',
            PreferredMaxBytes: '2 MB',
          },
          Organizations: [ordererOrganization(layout)],
          Policies: {
            ...POLICIES,
            BlockValidation: implicit(isBft ? 'MAJORITY Writers' : 'ANY Writers'),
          },
          Capabilities: { V2_0: true },
        },
        Application: {
          Organizations: layout.members.map((slug) => memberOrganization(layout, slug)),
          Policies: {
            ...POLICIES,
            LifecycleEndorsement: implicit('MAJORITY Endorsement'),
            Endorsement: implicit('ANY Endorsement'),
          },
          Capabilities: { V2_5: true },
        },
      },
    },
  };
}

/** `orderer.yaml` */
export function ordererConfiguration(layout, name) {
  const tls = join(layout.ordererDir(name), 'tls');
  const { port, adminPort } = layout.ordererPorts(name);
  const TLS = {
    Enabled: true,
    Certificate: join(tls, 'server.crt'),
    PrivateKey: join(tls, 'server.key'),
    RootCAs: [join(tls, 'ca.crt')],
  };
  return {
    General: {
      ListenAddress: '127.0.0.1',
      ListenPort: port,
      TLS: { ...TLS, ClientAuthRequired: false },
      MaxRecvMsgSize: MESSAGE_BYTES,
      MaxSendMsgSize: MESSAGE_BYTES,
      Keepalive: { ServerMinInterval: '60s', ServerInterval: '7200s', ServerTimeout: '20s' },
      Cluster: { SendBufferSize: 100 },
      BootstrapMethod: 'none',
      LocalMSPDir: join(layout.ordererDir(name), 'msp'),
      LocalMSPID: ORDERER_MSP,
      BCCSP,
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: layout.path('data', name, 'ledger') },
    Operations: { ListenAddress: '127.0.0.1:0', TLS: { Enabled: false } },
    Metrics: { Provider: 'disabled' },
    Admin: {
      ListenAddress: `127.0.0.1:${adminPort}`,
      TLS: { ...TLS, ClientAuthRequired: true, ClientRootCAs: [join(tls, 'ca.crt')] },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Consensus: {
      WALDir: layout.path('data', name, 'wal'),
      SnapDir: layout.path('data', name, 'snap'),
    },
  };
}

const GOSSIP = {
  useLeaderElection: false,
  orgLeader: true,
  membershipTrackerInterval: '5s',
  maxBlockCountToStore: 10,
  maxPropagationBurstLatency: '10ms',
  maxPropagationBurstSize: 10,
  propagateIterations: 1,
  propagatePeerNum: 3,
  pullInterval: '4s',
  pullPeerNum: 3,
  requestStateInfoInterval: '1s',
  publishStateInfoInterval: '1s',
  publishCertPeriod: '10s',
  dialTimeout: '3s',
  connTimeout: '2s',
  recvBuffSize: 20,
  sendBuffSize: 200,
  digestWaitTime: '1s',
  requestWaitTime: '1500ms',
  responseWaitTime: '2s',
  aliveTimeInterval: '1s',
  aliveExpirationTimeout: '25s',
  reconnectInterval: '25s',
  maxConnectionAttempts: 120,
  msgExpirationFactor: 20,
  pvtData: {
    pullRetryThreshold: '60s',
    transientstoreMaxBlockRetention: 1000,
    pushAckTimeout: '3s',
    btlPullMargin: 10,
    reconcileBatchSize: 10,
    reconcileSleepInterval: '1m',
    reconciliationEnabled: true,
    // one peer an organisation: there is nobody else who may hold its collection
    implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 0 },
  },
  state: { enabled: false },
};

const KEEP_ALIVE = {
  interval: '7200s',
  timeout: '20s',
  minInterval: '60s',
  client: { interval: '60s', timeout: '20s' },
  deliveryClient: { interval: '60s', timeout: '20s' },
};

/** A proposal's time is its client's to say: TimeWindowCheck refuses what is not of these minutes. */
const HANDLERS = {
  authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
  decorators: [{ name: 'DefaultDecorator' }],
  endorsers: { escc: { name: 'DefaultEndorsement', library: '' } },
  validators: { vscc: { name: 'DefaultValidation', library: '' } },
};

/** Address, certificate and what it speaks with of one peer. */
function peerSection(layout, slug) {
  const { port, chaincodePort } = layout.ports.peers[slug];
  const tls = join(layout.peerDir(slug), 'tls');
  const own = layout.peerAddress(slug);
  return {
    id: `peer0.${slug}`,
    networkId: 'roamgrid',
    listenAddress: `127.0.0.1:${port}`,
    address: own,
    addressAutoDetect: false,
    chaincodeListenAddress: `127.0.0.1:${chaincodePort}`,
    chaincodeAddress: `127.0.0.1:${chaincodePort}`,
    localMspId: mspOf(slug),
    mspConfigPath: join(layout.peerDir(slug), 'msp'),
    localMspType: 'bccsp',
    fileSystemPath: layout.path('data', slug),
    BCCSP,
    maxRecvMsgSize: MESSAGE_BYTES,
    maxSendMsgSize: MESSAGE_BYTES,
    tls: {
      enabled: true,
      clientAuthRequired: false,
      cert: { file: join(tls, 'server.crt') },
      key: { file: join(tls, 'server.key') },
      rootcert: { file: join(tls, 'ca.crt') },
    },
    authentication: { timewindow: '15m' },
    gossip: { ...GOSSIP, bootstrap: own, endpoint: own, externalEndpoint: own },
    gateway: {
      enabled: true,
      endorsementTimeout: '10s',
      broadcastTimeout: '10s',
      dialTimeout: '2m',
    },
    discovery: { enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000 },
    deliveryclient: {
      reconnectTotalTimeThreshold: '3600s',
      connTimeout: '3s',
      reConnectBackoffThreshold: '2s',
    },
    client: { connTimeout: '3s' },
    handlers: HANDLERS,
    keepalive: KEEP_ALIVE,
    limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
  };
}

const CHAINCODE = {
  // an empty endpoint of vm without a builder ends the peer
  externalBuilders: [
    { name: 'service', path: BUILDER, propagateEnvironment: ['CHAINCODE_ADDRESSES'] },
  ],
  installTimeout: '300s',
  startuptimeout: '300s',
  executetimeout: '30s',
  mode: 'net',
  system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
  logging: { level: 'info', shim: 'warning' },
};

/** `core.yaml` */
export function peerConfiguration(layout, slug) {
  return {
    peer: peerSection(layout, slug),
    vm: { endpoint: '' },
    chaincode: CHAINCODE,
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: false },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
      },
      snapshots: { rootDir: layout.path('data', slug, 'snapshots') },
    },
    operations: { listenAddress: '127.0.0.1:0', tls: { enabled: false } },
    metrics: { provider: 'disabled' },
  };
}
