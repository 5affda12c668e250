//! What [`super`] promises of evidence that goes on.

use super::*;
use crate::{
    audit::{
        conduct::{ConductBounds, Fault},
        contrast::{ContrastRules, Vote},
        distance::{Deviation, DistanceRules},
        replay::ReplayRules,
        tally::Lesson,
    },
    simulation::fixed,
    types::Fixed,
};
use proptest::prelude::*;
use sp_runtime::Perbill;

const A: Hash32 = [1; 32];
const B: Hash32 = [2; 32];
const C: Hash32 = [3; 32];

fn rules() -> AuditRules {
    AuditRules {
        contrast: ContrastRules::default(),
        distance: DistanceRules::default(),
        replay: ReplayRules::default(),
        conduct: ConductBounds {
            least_seats: 8,
            timeouts: Perbill::from_percent(20),
            slow: Perbill::from_percent(50),
            exceptions: Perbill::from_percent(25),
        },
        far: fixed(0.01),
    }
}

/// An answer of a member that claims A, and is compared with these claims: against it.
fn lesson(others: &[Hash32]) -> Lesson {
    let vote = Vote { lean: Fixed::from_u32(1), apart: Fixed::from_u32(1) };
    Lesson {
        claim: Some(A),
        is_embedded: true,
        contrasts: others.iter().map(|other| (*other, vote)).collect(),
        deviation: Some(Deviation { excess: fixed(1.0), variance: fixed(0.01) }),
        replay: Some(Replay { tokens: 9, surprise: 40_960, entropy: 9_216, variance: 9_216 }),
        fault: Some(Fault::Exception),
    }
}

/// So many of these in an epoch.
fn tally(others: &[Hash32], prompts: u32) -> Tally {
    (0..prompts).fold(Tally::default(), |tally, _| tally.after(&lesson(others)))
}

/// How much of each kind there is: votes against the first claim, deviations, tokens and seats.
fn much(window: &Window) -> [u32; 4] {
    let Tally { contrasts, deviations, replay, conduct, .. } = &window.tally;
    let votes = contrasts.first().map_or(0, |(_, votes)| votes.prompts);
    [votes, deviations.prompts, replay.tokens, conduct.seats]
}

/// How many prompts compare with each claim.
fn claims(window: &Window) -> Vec<(u8, u32)> {
    window.tally.contrasts.iter().map(|(claim, votes)| (claim[0], votes.prompts)).collect()
}

fn flags(window: &Window) -> usize {
    let verdicts = window.tally.verdicts(&rules());
    verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Flag).count()
}

#[test]
fn too_little_should_go_on_until_it_is_enough() {
    let first = Window::of(3, tally(&[B], 3));
    assert_eq!(flags(&first), 0);
    let second = first.rest(&rules()).and(5, tally(&[B], 3), &rules());
    assert_eq!((much(&second), second.tally.prompts, flags(&second)), ([6, 6, 54, 6], 6, 0));
    let third = second.rest(&rules()).and(6, tally(&[B], 3), &rules());
    assert_eq!((much(&third), third.tally.prompts), ([9, 9, 81, 9], 9));
    assert_eq!(third.since, Since { contrast: 3, distance: 3, replay: 3, conduct: 3 });
    // All but the tokens are enough.
    assert_eq!(flags(&third), 3);
    assert_eq!(third.tally.verdicts(&rules())[2].1, Verdict::NotEnough { have: 81, want: 100 });
}

#[test]
fn what_was_enough_should_start_from_nothing_and_the_rest_go_on() {
    let judged = Window::of(1, tally(&[B], 9));
    let rest = judged.rest(&rules());
    assert_eq!((much(&rest), rest.tally.prompts), ([0, 0, 81, 0], 0));
    let next = rest.and(2, tally(&[B], 3), &rules());
    assert_eq!((much(&next), next.tally.prompts), ([3, 3, 108, 3], 3));
    assert_eq!(next.since, Since { contrast: 2, distance: 2, replay: 1, conduct: 2 });
    assert_eq!(much(&next.rest(&rules())), [3, 3, 0, 3]);
}

#[test]
fn another_claim_should_drop_all_but_conduct() {
    let before = Window::of(1, tally(&[B], 3)).rest(&rules());
    for claim in [Some(C), None] {
        let other = Tally { claim, ..tally(&[B], 2) };
        let after = before.clone().and(2, other, &rules());
        assert_eq!((much(&after), after.tally.prompts), ([2, 2, 18, 5], 2));
        assert_eq!(after.tally.claim, claim);
        assert_eq!(after.since, Since { contrast: 2, distance: 2, replay: 2, conduct: 1 });
    }
}

#[test]
fn what_is_a_week_old_should_be_dropped() {
    let before = || Window::of(10, tally(&[B], 3)).rest(&rules());
    let and = |epoch| before().and(epoch, tally(&[B], 2), &rules());
    assert_eq!(much(&and(10 + MAX_WINDOW - 1)), [5, 5, 45, 5]);
    let anew = and(10 + MAX_WINDOW);
    assert_eq!((much(&anew), anew), ([2, 2, 18, 2], Window::of(178, tally(&[B], 2))));
    // Each kind is as old as itself.
    let mixed = Window { since: Since { replay: 170, ..before().since }, ..before() };
    assert_eq!(much(&mixed.and(178, tally(&[B], 2), &rules())), [2, 2, 45, 2]);
}

#[test]
fn claims_should_come_to_be_enough_one_after_the_other() {
    // B is in all prompts of the member, and C in few: too few together for a pass, or a flag of C.
    let quiet = |others: &[Hash32], prompts: u32| {
        let mut tally = tally(others, prompts);
        for (_, votes) in tally.contrasts.iter_mut() {
            votes.lean = Fixed::from_u32(0);
        }
        tally
    };
    let both = |epoch, window: Option<Window>| {
        let mut tally = quiet(&[B, C], 5);
        tally = Tally { contrasts: quiet(&[B], 9).contrasts, ..tally };
        tally.contrasts.try_push((C, quiet(&[C], 5).contrasts[0].1)).unwrap();
        match window {
            Some(window) => window.rest(&rules()).and(epoch, tally, &rules()),
            None => Window::of(epoch, tally),
        }
    };
    let first = both(1, None);
    assert_eq!(first.tally.verdicts(&rules())[0].1, Verdict::NotEnough { have: 5, want: 8 });
    // B had its say; C goes on.
    assert_eq!(claims(&first.clone().rest(&rules())), [(3, 5)]);
    let second = both(2, Some(first.clone()));
    assert_eq!(claims(&second), [(3, 10), (2, 9)]);
    assert_eq!(second.tally.verdicts(&rules())[0].1, Verdict::Pass);
    assert!(claims(&second.rest(&rules())).is_empty());
    // Nobody waits for a claim that does not come again, once another one is enough.
    let without = first.clone().rest(&rules()).and(2, quiet(&[B], 8), &rules());
    assert_eq!(claims(&without), [(2, 8)]);
    assert_eq!(without.tally.verdicts(&rules())[0].1, Verdict::Pass);
    let few = first.rest(&rules()).and(2, quiet(&[B], 7), &rules());
    assert_eq!(claims(&few), [(2, 7), (3, 5)]);
}

#[test]
fn claims_with_the_most_prompts_should_be_kept() {
    let others: Vec<Hash32> = (10..18).map(|claim| [claim; 32]).collect();
    let before = Window::of(1, tally(&[B], 3).after(&lesson(&[C]))).rest(&rules());
    let window = before.and(2, tally(&others, 2), &rules());
    assert_eq!(window.tally.contrasts.len(), MAX_CLAIMS as usize);
    // C had one, and the last of the new ones came too late.
    assert_eq!(claims(&window)[..2], [(2, 3), (10, 2)]);
    assert!(claims(&window).iter().all(|(claim, _)| *claim != 3 && *claim != 17));
}

#[test]
fn sums_should_not_overflow() {
    let most = Tally {
        claim: Some(A),
        prompts: u32::MAX,
        contrasts: BoundedVec::truncate_from(vec![(
            B,
            Votes { lean: Fixed::from_inner(i128::MAX), apart: Fixed::default(), prompts: 1 },
        )]),
        deviations: Deviations {
            excess: Fixed::from_inner(i128::MAX),
            variance: Fixed::from_inner(i128::MAX),
            prompts: 1,
        },
        replay: Replay { tokens: 1, surprise: u64::MAX, entropy: u64::MAX, variance: u64::MAX },
        conduct: Conduct { seats: 1, timeouts: u32::MAX, slow: u32::MAX, exceptions: u32::MAX },
    };
    let window = Window::of(0, most.clone()).and(1, most.clone(), &rules());
    assert_eq!((window.tally.prompts, much(&window)), (u32::MAX, [2, 2, 2, 2]));
    assert_eq!(window.tally.conduct.exceptions, u32::MAX);
    assert_eq!(window.tally.replay.surprise, u64::MAX);
    assert_eq!(window.tally.deviations.excess, most.deviations.excess);
}

proptest! {
    /// However lessons fall into epochs, each counts in one verdict at most, and none is lost that
    /// was not judged.
    #[test]
    fn no_lesson_should_count_twice_or_be_lost(epochs in prop::collection::vec(1u32..12, 1..20)) {
        let mut window = Window::default();
        let (mut judged, mut given) = ([0u32; 4], 0u32);
        for (epoch, prompts) in (1u32..).zip(&epochs) {
            given += prompts;
            window = window.and(epoch, tally(&[B], *prompts), &rules());
            let had = much(&window);
            let verdicts = window.tally.verdicts(&rules());
            window = window.rest(&rules());
            let left = much(&window);
            for (kind, (_, verdict)) in verdicts.iter().enumerate() {
                if matches!(verdict, Verdict::NotEnough { .. }) {
                    prop_assert_eq!(left[kind], had[kind]);
                } else {
                    prop_assert_eq!(left[kind], 0);
                    judged[kind] += had[kind];
                }
            }
        }
        let sums: Vec<u32> = judged.iter().zip(much(&window)).map(|(one, two)| one + two).collect();
        prop_assert_eq!(sums, [given, given, 9 * given, given]);
    }

    /// Which epochs of a window said what makes no difference to what it comes to.
    #[test]
    fn order_of_epochs_should_not_matter(leans in prop::collection::vec(-100i32..=100, 7)) {
        let of = |lean: &i32| {
            let mut lesson = lesson(&[B]);
            lesson.contrasts[0].1.lean = fixed(f64::from(*lean) / 100.0);
            Tally::default().after(&lesson)
        };
        let add = |window: Window, tally: Tally| {
            if window == Window::default() {
                return Window::of(1, tally);
            }
            window.rest(&rules()).and(2, tally, &rules())
        };
        let straight = leans.iter().map(of).fold(Window::default(), add);
        let turned = leans.iter().rev().map(of).fold(Window::default(), add);
        prop_assert_eq!(much(&straight), [7, 7, 63, 7]);
        prop_assert_eq!(straight, turned);
    }
}
