//! Money and time.

use crate::{Balance, BlockNumber};
use sp_runtime::Perbill;
use waggle_primitives::Fixed;

/// What wallets call the currency.
pub const TOKEN_SYMBOL: &str = "WAG";
/// 1 WAG is 10¹² of the smallest unit.
pub const TOKEN_DECIMALS: u8 = 12;
/// Network prefix of addresses: Substrate's generic one.
pub const SS58_PREFIX: u16 = 42;

/// One WAG.
pub const WAG: Balance = 1_000_000_000_000;
/// A thousandth of a WAG.
pub const MILLI_WAG: Balance = WAG / 1_000;
/// A millionth of a WAG.
pub const MICRO_WAG: Balance = MILLI_WAG / 1_000;

/// An account with less is removed.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_WAG;

/// Slot duration of a chain whose genesis says nothing of it, in milliseconds.
pub const DEFAULT_SLOT_MS: u64 = 1_000;
/// Slot duration of the presets `dev` and `local`, in milliseconds.
pub const PRESET_SLOT_MS: u64 = 250;
/// The shortest slots that the node keeps up with, in milliseconds: a trial at 50 ms lost one slot
/// in twenty.
pub const MIN_SLOT_MS: u64 = 100;

/// Slots in an epoch, and so blocks in a session: 10 minutes at 250 ms. Long enough for some
/// primary slots ([`BABE_PRIMARY_PROBABILITY`]), which is what refreshes an epoch's randomness.
pub const EPOCH_SLOTS: u64 = 2_400;
/// BABE's `c`: a slot has a primary author with about this probability, and one secondary author in
/// any case. Small, because primaries compete with secondaries and make forks; not zero, because
/// without primaries the epoch's randomness would be a public constant.
pub const BABE_PRIMARY_PROBABILITY: (u64, u64) = (1, 100);

/// For how many sessions an equivocation can be proved: a day at 250 ms. Long enough for reports
/// that a fork or a halt of the chain has held up; what a validator did longer ago is for
/// governance to judge.
pub const REPORT_SESSIONS: u32 = 144;
/// What an account keeps on hold to be a validator. An equivocation costs a part of it: by BABE's
/// and GRANDPA's rule (3·k/n)² where k of n validators equivocate at one moment, and in any case
/// [`LEAST_SLASH`]. As much as a thousand agents' bonds: whoever decides what is in all blocks can
/// do more harm than they can.
pub const VALIDATOR_BOND: Balance = 10_000 * WAG;
/// The part of [`VALIDATOR_BOND`] that an equivocation costs at least. Without it one of a hundred
/// validators would lose a thousandth.
pub const LEAST_SLASH: Perbill = Perbill::from_percent(10);
/// The validators' part of the fees of transactions, besides all tips. What asking costs is not
/// among these. The rest is the treasury's, so whoever fills blocks of its own pays for it.
pub const VALIDATORS_FEE_SHARE: Perbill = Perbill::from_percent(50);
/// What an account keeps on hold for its session keys. They stay in the state until it purges them.
pub const KEY_DEPOSIT: Balance = WAG;

/// Blocks whose hashes transactions may refer to: 17 minutes at 250 ms.
pub const BLOCK_HASH_COUNT: BlockNumber = 4_096;

/// Execution time of a block at most, in milliseconds: two thirds of a slot of [`PRESET_SLOT_MS`],
/// what a block's author has for it. A constant although the slot duration is not one, because
/// block weights must be known without a state. On a chain with longer slots blocks could be
/// heavier; on one with shorter slots the author's clock, which leaves the rest of a slot's work
/// for the next block, is the limit.
pub const BLOCK_WEIGHT_MS: u64 = PRESET_SLOT_MS * 2 / 3;
/// The part of a block that ordinary transactions may fill.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);
/// Bytes of a block at most: a full swarm's answers of the greatest length, and as much again.
pub const BLOCK_BYTES: u32 = 5 * 1024 * 1024;

// Rounds. In blocks, with 250 ms each in mind.

/// Shortest time for answers: one second.
pub const MIN_ANSWERING_BLOCKS: u32 = 4;
/// Longest time for answers: one hour.
pub const MAX_ANSWERING_BLOCKS: u32 = 14_400;
/// How many blocks draw the seats of a round that has fewer than there are agents, or a committee
/// of auditors. With three, of two authors at least, whoever makes one of them can only leave it
/// out.
pub const DRAW_BLOCKS: u32 = 3;
/// Time to open answers: five seconds, for acts that take milliseconds. A node that is started
/// again needs six to seven (docs/faults.md) and may miss it; but whoever keeps a key back holds
/// everybody up for as long.
pub const OPENING_ANSWERS_BLOCKS: u32 = 20;
/// Time to grade: fifteen seconds, for models that judge on a CPU.
pub const GRADING_BLOCKS: u32 = 60;
/// Time to open grades: ten seconds, so that a node may be started again in between.
pub const OPENING_GRADES_BLOCKS: u32 = 40;
/// How long results stay on chain: two hours.
pub const RESULT_RETENTION: u32 = 28_800;
/// Rounds at the same time at most.
pub const MAX_OPEN_ROUNDS: u32 = 64;
/// Rounds of one client at the same time at most.
pub const MAX_OPEN_ROUNDS_PER_CLIENT: u32 = 8;
/// Of how many domains an agent may be a member.
pub const MAX_MEMBERSHIPS: u32 = 8;
/// How often in a row an agent may have a seat and not come, before no seats are drawn for it.
pub const MAX_ABSENCES: u32 = 3;
/// For how many blocks after an absence no other one counts: ten minutes. Nobody is taken off the
/// roster by what happens in less than twice that.
pub const ABSENCE_PERIOD: BlockNumber = 2_400;
/// How many blocks an epoch of domains has where the genesis does not say, for which claims hold
/// and reward pools pay, and by which audits go: an hour. BABE's are others.
pub const DOMAIN_EPOCH_BLOCKS: u32 = 14_400;
/// For how many epochs, its own among them, pay is kept for whoever earned it: a day.
pub const COLLECTION_EPOCHS: u32 = 24;
/// For how many blocks a suspended member may not leave its domain, to join anew, nor join again if
/// it has left: a day, in which it earns nothing there. Then it is a newcomer.
pub const SUSPENSION_BLOCKS: BlockNumber = DAY;
/// The part of a reward pool that an epoch pays at most.
pub const POOL_EPOCH_PART: Perbill = Perbill::from_percent(10);
/// The shortest time for answers with which a round changes what is known of agents, and in which
/// an agent that does not come is absent: five seconds.
pub const LEARNING_ANSWERING_BLOCKS: u32 = 20;
/// For a round to change what is known of agents, this part of its seats and of its answers must be
/// theirs who had a right to a seat, and this part of the seats must have opened an answer: who
/// asks cannot choose the swarm by asking when others do not come. Two thirds, and not a little
/// more: four of six are enough.
pub const LEARNING_PRESENT: Perbill = Perbill::from_parts(666_666_666);
/// The graders that it takes: with fewer, the word of one is half of what the others are compared
/// with.
pub const LEARNING_GRADERS: u32 = 4;
/// Examiners at most: as many as governance can look after.
pub const MAX_EXAMINERS: u32 = 16;

// Audits. When evidence speaks against somebody: `configs::audits`.

/// Domains that are audited at most: each is looked at in each block.
pub const MAX_AUDITED: u32 = 16;
/// The fewest prompts of an epoch from which anything is said of a member's embeddings.
pub const AUDIT_PROMPTS: u32 = 16;
/// Auditors of a domain's samples. What five of them found counts, so two may be away.
pub const AUDIT_COMMITTEE: u32 = 7;
/// What an auditor is paid for each answer of which it found what the median says. An epoch of 32
/// samples of 16 answers costs the domain's purse 0.72 WAG at most, and each of seven auditors gets
/// a tenth of a WAG: as much as the smallest reward that teaches has for a seat.
pub const PAY_FOR_FINDING: Balance = MILLI_WAG / 5;
/// The part of what is left of its bond that a suspended member loses. Statistics err now and then:
/// whoever is wronged can go on, and whoever cheats pays each time that it is found out.
pub const SUSPENSION_SLASH: Perbill = Perbill::from_percent(25);

// Money of the protocol.

/// The smallest reward that a client may offer.
pub const MINIMUM_REWARD: Balance = 10 * MILLI_WAG;
/// The smallest reward, for each agent that may take part, for which a round changes what is known
/// of agents, and for which an agent that does not come is absent: for less, whoever works for
/// money has a reason not to come.
pub const LEARNING_REWARD_PER_SEAT: Balance = 100 * MILLI_WAG;
/// The cheapest ticket.
pub const MINIMUM_TICKET: Balance = MILLI_WAG;
// The next two are chosen from the simulation in docs/evidence.md, section 2: with them an identity
// that does no work loses money in swarms of 2 to 100, whatever it grades, and the median honest
// agent earns.

/// The winners' part of the reward; the rest is the graders'.
pub const WINNER_SHARE: Perbill = Perbill::from_percent(70);
/// What a poor answer loses of its ticket, in fair shares: parts of reward / n. One:
/// what the paper's break-even asks for. A ticket costs what that comes to in the smallest swarm
/// that there is: a quarter of the reward.
pub const POOR_ANSWER_LOSS: Fixed = Fixed::from_rational(1, 1);
/// Of the winners' part, what all who opened an answer share where none is good enough for the
/// client: 0.525 of a fair share each. That is a little more than an answer loses on average which
/// is poor every other time, so that a question that nobody can answer costs honest agents nothing,
/// and less than junk loses that is poor more often. A client that lets nobody win pays 0.525 of
/// its reward, and the graders if they have skill: measured in docs/capture.md.
pub const UNWON_SHARE: Perbill = Perbill::from_percent(75);
/// What a client pays for each agent that may take part, besides the reward. Acts are free, so this
/// pays for the chain's work on them: a fee of their weights would be a little less.
pub const SEAT_PRICE: Balance = 6 * MILLI_WAG;
/// What a client pays for each block that its round may last, if [`MAX_OPEN_ROUNDS`] run; with
/// fewer, in proportion to the square of their number. To keep all others from asking costs more
/// than 100 WAG a minute, a round with ten seconds for answers on an idle chain 0.0008 WAG.
pub const CROWDED_BLOCK_PRICE: Balance = 20 * MILLI_WAG;
/// What an agent gets that answered a round which did not come about.
pub const VAIN_ANSWER_PAY: Balance = SEAT_PRICE / 2;
/// What a reward pool pays for a round served at most: half of what the seat cost whoever asked. So
/// it is a loss to ask in order to serve, with agents of one's own on all seats.
pub const POOL_PAYS_FOR_ROUND: Balance = SEAT_PRICE / 2;
/// What it costs to found a domain, which is there for ever: as much as ten bonds. A name is worth
/// that to whoever means it, and to fill a list with a thousand of them costs a fortune.
pub const FOUNDING_FEE: Balance = 100 * WAG;
/// What an owner keeps on hold for as long as its agent is registered.
pub const AGENT_BOND: Balance = 10 * WAG;
/// What whoever reports a double seal gets of the bond that is taken. Enough to look for them; not
/// so much that it pays to steal keys for it, or to report oneself.
pub const REPORTER_SHARE: Perbill = Perbill::from_percent(10);
/// Blocks from an agent's retirement until its bond may be taken back, and from a rotation until
/// its owner does not answer for the former key any more; also for how long a membership lasts at
/// least. Three hours: what an agent answered at the beginning of an epoch of domains, audits judge
/// at the end of the next one, and if blocks are full, in the one after that. Until then there has
/// to be a bond to take from.
pub const UNBONDING_BLOCKS: BlockNumber = 3 * DOMAIN_EPOCH_BLOCKS;

// Governance. In blocks, with 250 ms each in mind.

/// A minute.
pub const MINUTE: BlockNumber = 240;
/// An hour.
pub const HOUR: BlockNumber = 60 * MINUTE;
/// A day.
pub const DAY: BlockNumber = 24 * HOUR;

/// The part of a block that scheduled calls may use: with the 60 % of the rounds' hook a fifth of a
/// block is left to acts.
pub const SCHEDULER_SHARE: Perbill = Perbill::from_percent(20);
/// Scheduled calls of one block at most. Each vote has its referendum looked at in the next block:
/// whoever wants to crowd these looks out needs as many referenda, and a vote on each, in every
/// block.
pub const MAX_SCHEDULED_PER_BLOCK: u32 = 128;
/// Members of the technical committee at most.
pub const MAX_COMMITTEE: u32 = 100;
/// Motions of the committee at the same time at most.
pub const MAX_MOTIONS: u32 = 20;
/// How long the committee may vote on a motion: three days.
pub const MOTION_BLOCKS: BlockNumber = 3 * DAY;
/// How long a whitelisted referendum that was approved waits for the committee to whitelist its
/// call: a day.
pub const WHITELIST_PATIENCE: BlockNumber = DAY;
/// Referenda of one track that wait to be decided at most.
pub const MAX_QUEUED_REFERENDA: u32 = 20;
/// When a referendum that nobody paid the decision deposit of goes: fourteen days.
pub const UNDECIDED_BLOCKS: BlockNumber = 14 * DAY;
/// For how long a vote with one conviction holds what it was cast with, if it won: seven days. Not
/// shorter than any enactment, so that whoever decides bears what comes of it.
pub const VOTE_LOCKING_BLOCKS: BlockNumber = 7 * DAY;
/// Votes of one account in one track at the same time at most. To delegate costs as much as to cast
/// all of them.
pub const MAX_VOTES: u32 = 32;
/// What a new referendum costs. It comes back if the referendum is approved or cancelled.
pub const SUBMISSION_DEPOSIT: Balance = 10 * WAG;
/// What it costs to have a root referendum decided. It comes back unless the referendum is killed.
pub const ROOT_DECISION_DEPOSIT: Balance = 1_000 * WAG;
/// The same for a whitelisted one.
pub const WHITELISTED_DECISION_DEPOSIT: Balance = 100 * WAG;

// Accounts.

/// What an entry in the chain's state costs as long as it is there, whatever its size, …
pub const ITEM_DEPOSIT: Balance = 100 * MILLI_WAG;
/// … and what each of its bytes does.
pub const BYTE_DEPOSIT: Balance = MILLI_WAG;
/// Proxies of one account at most, and calls that one proxy has announced.
pub const MAX_PROXIES: u32 = 32;
/// Signatories of a multisig account at most.
pub const MAX_SIGNATORIES: u32 = 100;

/// The deposit for this many entries with this many bytes in all.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
    // A cast, because `From` is not constant.
    (items as Balance)
        .saturating_mul(ITEM_DEPOSIT)
        .saturating_add((bytes as Balance).saturating_mul(BYTE_DEPOSIT))
}
