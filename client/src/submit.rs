//! Submitting a prompt: checked here first, so that wrong input costs neither a fee nor a round
//! trip to the pool; then sent ([`submit`]), or only signed ([`sign_submission`]).

use crate::{
    account::account_id,
    amount::{Amount, WAG},
    blank::is_blank,
    chain::{BlockId, Chain},
    random::random_bytes,
    signed::{Footing, Signed, Signing},
    transaction::{transact, Done},
    Constants, Domain, Failure,
};
use std::time::{Duration, Instant};
use subxt::dynamic::{self, Value};
use subxt_signer::sr25519::Keypair;
use waggle_primitives::{domain::GENERAL, DomainId, Grade, Hash32, RoundId, RoundTerms, MIN_SWARM};

/// What the client asks for; what is `None` takes a default that suits the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What is paid for the answer: held while the round runs, returned if it is cancelled.
    pub reward: Amount,
    /// How long agents may answer, in blocks. `None`: ten seconds' worth.
    pub answering_blocks: Option<u32>,
    /// If fewer agents than this answer in time, the round is cancelled.
    pub min_agents: u32,
    /// The round goes on at once when this many agents have answered.
    pub max_agents: u32,
    /// What the best answer has to score, or nobody wins.
    pub min_score: Grade,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            reward: Amount(20 * WAG),
            answering_blocks: None,
            min_agents: MIN_SWARM,
            max_agents: 7,
            min_score: Grade::MIN,
        }
    }
}

/// A prompt as it is submitted.
#[derive(Clone, Copy, Debug)]
pub struct Prompt<'a> {
    /// What is asked.
    pub text: &'a str,
    /// The domain whose members may answer.
    pub domain: DomainId,
    /// The terms, as [`check`] has them.
    pub terms: &'a RoundTerms<u128>,
    /// What an examination seals with it. `None` of everybody who does not know the answer.
    pub sealed: Option<Hash32>,
}

impl<'a> Prompt<'a> {
    /// To the general domain, from somebody who does not know the answer.
    pub fn new(text: &'a str, terms: &'a RoundTerms<u128>) -> Self {
        Self { text, domain: GENERAL, terms, sealed: None }
    }
}

/// A prompt that is on chain.
#[derive(Clone, Copy, Debug)]
pub struct Submitted {
    /// The round that it started.
    pub round: RoundId,
    /// What was paid for asking, in the chain's smallest unit: besides the reward and the fee of
    /// the transaction.
    pub fee: u128,
    /// The block that it is in.
    pub block: BlockId,
    /// When it was sent.
    pub sent: Instant,
    /// From sending to learning that it is in a block.
    pub inclusion: Duration,
}

/// The pallet that takes prompts.
const PALLET: &str = "Rounds";
/// Its call that submits one.
const SUBMIT: &str = "submit";
/// Answering time for which a client that does not say otherwise asks.
const DEFAULT_ANSWERING_MS: u64 = 10_000;

/// The terms on this chain, and whether `prompt` may be asked under them.
pub fn check(
    prompt: &str,
    terms: &Terms,
    constants: &Constants,
) -> Result<RoundTerms<u128>, Failure> {
    if is_blank(prompt) {
        return Err(Failure::PromptEmpty);
    }
    if prompt.len() > constants.max_prompt_bytes as usize {
        return Err(Failure::PromptTooLong {
            bytes: prompt.len(),
            max: constants.max_prompt_bytes,
        });
    }
    if terms.reward.0 < constants.minimum_reward {
        return Err(Failure::RewardTooSmall {
            reward: terms.reward,
            minimum: Amount(constants.minimum_reward),
        });
    }
    let (least, most) = constants.answering_blocks;
    let default_blocks = DEFAULT_ANSWERING_MS.div_ceil(constants.slot_ms.max(1)) as u32;
    let answering_blocks = terms.answering_blocks.unwrap_or(default_blocks.max(least).min(most));
    let (smallest, largest) = constants.swarm;
    within("--answering-blocks", answering_blocks, least, most)?;
    within("--min-agents", terms.min_agents, smallest, largest)?;
    within("--max-agents", terms.max_agents, terms.min_agents, largest)?;
    Ok(RoundTerms {
        reward: terms.reward.0,
        answering_blocks,
        min_agents: terms.min_agents,
        max_agents: terms.max_agents,
        min_score: terms.min_score,
    })
}

/// Whether members enough of `domain` may answer under these terms: nobody who joins it later may.
pub fn check_members(domain: &Domain, terms: &RoundTerms<u128>) -> Result<(), Failure> {
    let Domain { id: domain, members, .. } = *domain;
    if members >= terms.min_agents {
        Ok(())
    } else {
        Err(Failure::TooFewMembers { domain, members, min_agents: terms.min_agents })
    }
}

fn within(option: &'static str, value: u32, min: u32, max: u32) -> Result<(), Failure> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(Failure::OutOfBounds { option, value, min, max })
    }
}

/// Take a question back that nobody has answered yet, and for which no agents are drawn. The reward
/// comes back, the fee does not.
///
/// # Errors
/// [`Failure::Refused`] with the chain's reason: it is not `client`'s, an agent has answered, or
/// the seats are drawn.
pub async fn withdraw(chain: &Chain, client: &Keypair, round: RoundId) -> Result<Done, Failure> {
    transact(chain, client, PALLET, "withdraw", (round,)).await
}

/// Submit a prompt, paid by `payer`, and wait until it is in a best block.
pub async fn submit(
    chain: &Chain,
    payer: &Keypair,
    prompt: &Prompt<'_>,
) -> Result<Submitted, Failure> {
    let reward = prompt.terms.reward;
    let account = account_id(payer);
    let free = chain.free_balance(&account).await?;
    if free <= reward {
        return Err(Failure::NoFunds { account, free: Amount(free), reward: Amount(reward) });
    }
    let done = transact(chain, payer, PALLET, SUBMIT, arguments(prompt)?).await?;
    let round = done.taken.round.ok_or_else(|| Failure::Unreadable {
        what: "events",
        reason: "no round was announced".into(),
    })?;
    Ok(Submitted {
        round,
        fee: done.taken.asking_fee,
        block: done.block,
        sent: done.sent,
        inclusion: done.inclusion,
    })
}

/// Sign the submission of a prompt without sending it. `prompt.sealed` should be given: whoever
/// signs again would seal other bytes.
///
/// # Errors
/// Those of [`Footing::sign`]; [`Failure::NoRandomness`].
pub fn sign_submission(
    footing: &Footing,
    signing: Signing<'_>,
    prompt: &Prompt<'_>,
) -> Result<Signed, Failure> {
    footing.sign(signing, &dynamic::tx(PALLET, SUBMIT, arguments(prompt)?))
}

/// What the call takes. Whoever does not know the answer seals random bytes, so that nobody can
/// tell examinations from other rounds.
fn arguments(prompt: &Prompt<'_>) -> Result<(Vec<u8>, DomainId, Value, Hash32), Failure> {
    let Prompt { text, domain, terms, sealed } = *prompt;
    let sealed = sealed.map_or_else(random_bytes, Ok)?;
    Ok((text.as_bytes().to_vec(), domain, terms_value(terms), sealed))
}

fn terms_value(terms: &RoundTerms<u128>) -> Value {
    Value::named_composite([
        ("reward", Value::u128(terms.reward)),
        ("answering_blocks", Value::u128(terms.answering_blocks.into())),
        ("min_agents", Value::u128(terms.min_agents.into())),
        ("max_agents", Value::u128(terms.max_agents.into())),
        ("min_score", Value::u128(terms.min_score.basis_points().into())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;
    use waggle_primitives::{choice::Question, rewards::PaymentRules};

    fn constants() -> Constants {
        Constants {
            slot_ms: 250,
            max_prompt_bytes: 16,
            max_answer_bytes: 16,
            minimum_reward: WAG,
            answering_blocks: (2, 100),
            swarm: (4, 100),
            rule: Default::default(),
            payments: PaymentRules {
                winner_share: Default::default(),
                poor_answer_loss: Default::default(),
                unwon_share: Default::default(),
            },
            asking: Default::default(),
            learning: Default::default(),
            draw_blocks: 3,
            minimum_ticket: WAG / 10,
            phase_blocks: (20, 60, 20),
            result_retention: 1_000,
            open_rounds: 64,
            open_rounds_per_client: 8,
            epoch_blocks: 14_400,
        }
    }

    fn terms() -> Terms {
        Terms::default()
    }

    #[test]
    fn terms_should_ask_for_ten_seconds_when_not_said_otherwise() {
        assert_eq!(check("37+12", &terms(), &constants()).unwrap().answering_blocks, 40);
    }

    #[test]
    fn terms_should_stay_within_the_chains_bounds_when_not_said_otherwise() {
        let slow = Constants { answering_blocks: (2, 20), ..constants() };
        assert_eq!(check("37+12", &terms(), &slow).unwrap().answering_blocks, 20);
    }

    #[test]
    fn score_should_be_the_one_asked_for() {
        let picky = Terms { min_score: Grade::new(4_500).unwrap(), ..terms() };
        let asked = check("37+12", &picky, &constants()).unwrap();
        assert_eq!(asked.min_score.basis_points(), 4_500);
    }

    #[test]
    fn prompts_should_be_refused_when_empty_or_too_long() {
        for blank in ["", " \n", "\u{200b}\u{feff}"] {
            assert!(matches!(check(blank, &terms(), &constants()), Err(Failure::PromptEmpty)));
        }
        let failure = check("reverse abcdefghij", &terms(), &constants()).unwrap_err();
        assert!(matches!(failure, Failure::PromptTooLong { bytes: 18, max: 16 }));
    }

    #[test]
    fn rewards_should_be_refused_when_too_small() {
        let poor = Terms { reward: Amount(WAG - 1), ..terms() };
        assert!(matches!(check("37+12", &poor, &constants()), Err(Failure::RewardTooSmall { .. })));
    }

    #[test]
    fn domains_should_be_refused_when_too_few_members_may_answer() {
        let asked = |members| {
            let terms = check("37+12", &terms(), &constants()).unwrap();
            check_members(&Domain { members, ..examples::domain(4, Question::Open) }, &terms)
        };
        assert!(asked(4).is_ok());
        let refused = asked(3).unwrap_err();
        assert!(matches!(refused, Failure::TooFewMembers { domain: 4, members: 3, min_agents: 4 }));
        assert_eq!(refused.exit_code(), 2);
    }

    #[test]
    fn numbers_should_be_refused_when_out_of_bounds() {
        let refused = |terms: Terms| match check("37+12", &terms, &constants()) {
            Err(Failure::OutOfBounds { option, .. }) => option,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(Terms { answering_blocks: Some(101), ..terms() }), "--answering-blocks");
        assert_eq!(refused(Terms { min_agents: 3, ..terms() }), "--min-agents");
        assert_eq!(refused(Terms { min_agents: 8, ..terms() }), "--max-agents");
        assert_eq!(refused(Terms { max_agents: 101, ..terms() }), "--max-agents");
    }
}
