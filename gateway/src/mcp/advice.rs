//! What a tool says when it cannot do what was asked: what happened, whether money is spent, and
//! what to do. A language model reads it, and decides by it whether to call again.

use crate::desk::{Refusal, Trouble};
use std::time::Duration;

/// Nothing was begun.
pub(super) fn of_refusal(refusal: &Refusal) -> String {
    let what_to_do = match refusal {
        Refusal::NoBudget { resets_in, .. } => format!(
            "The key's budget is used up. It is full again in {}. Do not try again before, unless \
             with a smaller reward; the operator of the gateway can raise the budget.",
            in_words(*resets_in)
        ),
        Refusal::TooFast { retry_after } | Refusal::QueueFull { retry_after } => {
            format!("Call again in {}.", in_words(*retry_after))
        }
        Refusal::Asking(_) => {
            "Change the arguments as said; the same call would be refused again.".into()
        }
        Refusal::OtherBody => {
            "Use another idempotency_key for another question; repeat all arguments to get the \
             first call's answer."
                .into()
        }
        Refusal::Revoked => "Its operator has another, or none for you.".into(),
        Refusal::Closing => "The gateway is being stopped. Call again in a minute.".into(),
        Refusal::Trouble(trouble) => return of_look(trouble),
    };
    format!("{refusal}. Nothing was spent. {what_to_do}")
}

/// A look at the chain failed.
pub(super) fn of_look(trouble: &Trouble) -> String {
    let what_to_do = match trouble {
        Trouble::NoSuchRound(_) => "Check the number; the chain drops results of old rounds.",
        Trouble::NodeAway { .. } => "Call again in a minute.",
        Trouble::Store { .. } => "The gateway's operator has to see to it.",
        _ => "If a round still runs, call again in some seconds.",
    };
    format!("{trouble}. Nothing was spent. {what_to_do}")
}

/// A question that was taken has no answer.
pub(super) fn of_trouble(trouble: &Trouble) -> String {
    let (spent, what_to_do) = match trouble {
        Trouble::Cancelled { .. } => (
            "The reward was returned; fees are spent.",
            "Call again, perhaps with a model that asks fewer agents or gives them longer.",
        ),
        Trouble::NobodyWon { .. } => (
            "What is said to be kept is spent.",
            "`round` shows all answers with their scores; the same question may end likewise.",
        ),
        Trouble::Refused { .. } => {
            ("At most the fee of a transaction is spent.", "Change what is said to be wrong.")
        }
        Trouble::NodeAway { .. } => ("Nothing was spent.", "Call again in a minute."),
        Trouble::Unsure { .. } => (
            "Money may be spent: the question was sent, and may still be taken.",
            "Do not ask anew before that block. With the same idempotency_key the call is safe to \
             repeat.",
        ),
        Trouble::NoSuchRound(_) | Trouble::Store { .. } => (
            "Money may be spent.",
            "Repeat the call with the same idempotency_key; else the gateway's operator can tell.",
        ),
    };
    format!("{trouble}. {spent} {what_to_do}")
}

/// A time in whole units, rounded up.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match seconds {
        0..=120 => format!("{seconds} s"),
        121..=7_200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_client::amount::{Amount, WAG};

    #[test]
    fn times_should_be_rounded_up_when_put_into_words() {
        let words = |millis| in_words(Duration::from_millis(millis));
        assert_eq!(words(0), "0 s");
        assert_eq!(words(1_001), "2 s");
        assert_eq!(words(121_000), "3 min");
        assert_eq!(words(7_200_001), "3 h");
    }

    #[test]
    fn advice_should_say_what_is_spent_and_whether_to_call_again() {
        let resets_in = Duration::from_secs(3 * 3_600);
        let (left, costs) = (Amount(0), Amount(20 * WAG));
        let poor = of_refusal(&Refusal::NoBudget { left, costs, resets_in });
        assert!(poor.contains("Nothing was spent") && poor.contains("3 h"), "{poor}");
        let unsure = of_trouble(&Trouble::Unsure { until_block: 9 });
        assert!(unsure.contains("may be spent") && unsure.contains("Do not ask anew"), "{unsure}");
        let away = Trouble::NodeAway { reason: "it is being started".into() };
        assert_eq!(of_refusal(&Refusal::Trouble(away.clone())), of_look(&away));
        assert!(of_look(&away).contains("Nothing was spent"), "{}", of_look(&away));
    }
}
