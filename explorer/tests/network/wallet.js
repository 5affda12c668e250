// A wallet as browsers have them, put into a page before anything else: it has Alice's address
// under a name that plays tricks, notes what it is asked to sign, and hands it on to what signs
// behind its window (signer.ts), if the test has put that there; else it refuses. It runs as it
// is, because what compiles the tests would leave something of itself in it.

const asked = [];

const account = {
  address: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  name: 'mine \u202e<b>',
  type: 'sr25519',
};

const extension = {
  signer: {
    signPayload: async (payload) => {
      asked.push(payload);
      if (!window.signBehind) {
        throw new Error('Cancelled');
      }
      // As extensions have it: an identifier beside what was signed.
      return { id: asked.length, ...(await window.signBehind(payload)) };
    },
    signRaw: async () => {
      throw new Error('Cancelled');
    },
  },
  accounts: { get: async () => [account], subscribe: () => () => {} },
};

Object.assign(window, {
  asked,
  injectedWeb3: { honeycomb: { enable: async () => extension } },
});
