//! The lists for the runtime API.

use crate::{mock::*, Domain, Founded, Membership, Memberships, MAX_LISTED};
use frame_support::assert_ok;
use waggle_primitives::{
    choice::Question,
    domain::GENERAL,
    rule::{Known, Rule},
    traits::Domains as _,
    view::{DomainView, MembershipView},
    DomainId,
};
use waggle_testing::mocks::OneKnown;

/// The numbers of the domains that are listed.
fn listed(from: DomainId, limit: u32) -> Vec<DomainId> {
    Domains::listed(from, limit).into_iter().map(|view| view.id).collect()
}

/// The owners that are listed, in the order of the list.
fn members(domain: DomainId, after: Option<AccountId>, limit: u32) -> Vec<AccountId> {
    let listed = Domains::members::<OneKnown>(domain, after.as_ref(), limit);
    listed.into_iter().map(|(owner, _)| owner).collect()
}

/// A member of which this is known.
fn member(domain: DomainId, since: u32, absences: Option<u32>, known: Known) -> MembershipView {
    MembershipView {
        domain,
        since,
        absences,
        rating: known.rating(),
        bias: known.bias(),
        quality: known.quality(),
        rounds: known.rounds(),
        claim: None,
        next_claim: None,
        collectable: 0,
        suspended: None,
    }
}

#[test]
fn view_should_show_the_general_domain() {
    build_and_execute(|| {
        registered(3);
        stay_away(GENERAL, 2, 3);
        let view = Domains::view(GENERAL).unwrap();
        assert_eq!(view.title, b"General");
        assert!(!view.description.is_empty());
        assert_eq!((view.id, view.question, view.founded), (GENERAL, Question::Closed, 0));
        assert_eq!((view.members, view.on_roster), (3, 2));
    });
}

#[test]
fn view_should_show_a_domain_that_was_founded() {
    build_and_execute(|| {
        registered(2);
        System::set_block_number(9);
        let domain = found(Question::Open);
        let view = |members| DomainView {
            id: domain,
            title: b"Chess".to_vec(),
            description: b"Who mates?".to_vec(),
            question: Question::Open,
            founded: 9,
            members,
            on_roster: members,
            pool: None,
        };
        assert_eq!(Domains::view(domain), Some(view(0)));
        assert_ok!(Domains::join(RuntimeOrigin::signed(2), domain));
        assert_eq!(Domains::view(domain), Some(view(1)));
        assert_eq!(Domains::view(domain + 1), None);
    });
}

#[test]
fn listed_should_show_domains_from_a_number_on_up_to_a_limit() {
    build_and_execute(|| {
        assert_eq!(listed(0, 10), [GENERAL]);
        for _ in 0..4 {
            found(Question::Closed);
        }
        assert_eq!(listed(0, 10), [0, 1, 2, 3, 4]);
        assert_eq!((listed(0, 2), listed(2, 2), listed(4, 2)), (vec![0, 1], vec![2, 3], vec![4]));
        assert_eq!((listed(0, 0), listed(5, 2), listed(u32::MAX, 2)), (vec![], vec![], vec![]));
        assert_eq!(Domains::listed(3, 1), vec![Domains::view(3).unwrap()]);
    });
}

#[test]
fn listed_should_stop_at_its_bound() {
    build_and_execute(|| {
        for domain in 1..=MAX_LISTED + 5 {
            let (title, description) = (title("t"), description(""));
            let question = Question::Closed;
            Founded::<Test>::insert(domain, Domain { title, description, question, founded: 1 });
        }
        assert_eq!(listed(0, u32::MAX), (0..MAX_LISTED).collect::<Vec<_>>());
        assert_eq!(listed(MAX_LISTED, u32::MAX).len(), 6);
    });
}

#[test]
fn members_should_show_what_is_known_of_them_in_the_domain() {
    build_and_execute(|| {
        registered(3);
        let domain = found_with(&[1, 3]);
        stay_away(GENERAL, 1, 2);
        stay_away(GENERAL, 2, 3);
        let newcomer = Rule::default().newcomer();
        let mut listed = Domains::members::<OneKnown>(GENERAL, None, 10);
        listed.sort_by_key(|(owner, _)| *owner);
        assert_eq!(
            listed,
            vec![
                (1, member(GENERAL, 1, Some(2), OneKnown::standing())),
                (2, member(GENERAL, 2, None, newcomer)),
                (3, member(GENERAL, 3, Some(0), newcomer)),
            ]
        );
        let mut listed = Domains::members::<OneKnown>(domain, None, 10);
        listed.sort_by_key(|(owner, _)| *owner);
        assert_eq!(
            listed,
            vec![
                (1, member(domain, 3, Some(0), newcomer)),
                (3, member(domain, 3, Some(0), newcomer)),
            ]
        );
        assert_eq!(Domains::members::<OneKnown>(domain + 1, None, 10), vec![]);
    });
}

#[test]
fn members_should_be_listed_page_by_page() {
    build_and_execute(|| {
        registered(7);
        // Members of the domain before and of the one after are not among them.
        let (_, domain, _) =
            (found_with(&[1, 2]), found_with(&[1, 2, 3, 4, 5, 6, 7]), found_with(&[4, 5]));
        let all = members(domain, None, 100);
        assert_eq!(all.len(), 7);
        for limit in 1..=8 {
            let mut paged = members(domain, None, limit);
            while let Some(last) = paged.last().copied() {
                let page = members(domain, Some(last), limit);
                assert!(page.len() as u32 <= limit);
                if page.is_empty() {
                    break;
                }
                paged.extend(page);
            }
            assert_eq!(paged, all, "{limit} at a time");
        }
        assert_eq!(members(domain, None, 0), [0; 0]);
    });
}

#[test]
fn a_list_should_go_on_where_it_was_when_the_last_one_of_a_page_has_left() {
    build_and_execute(|| {
        registered(5);
        let all = members(GENERAL, None, 100);
        assert_ok!(Domains::leave(RuntimeOrigin::signed(all[1]), GENERAL));
        assert_eq!(members(GENERAL, Some(all[1]), 100), all[2..]);
    });
}

#[test]
fn members_should_stop_at_their_bound() {
    build_and_execute(|| {
        let domain = found(Question::Closed);
        for owner in 0..u64::from(MAX_LISTED) + 5 {
            let membership: Membership<u64> =
                Membership { since: 1, place: None, absences: 0, absent_at: None, rejoined: None };
            Memberships::<Test>::insert(domain, owner, membership);
        }
        let first = members(domain, None, u32::MAX);
        assert_eq!(first.len() as u32, MAX_LISTED);
        assert_eq!(members(domain, first.last().copied(), u32::MAX).len(), 5);
        // They are no agents.
        let _ = Memberships::<Test>::clear_prefix(domain, u32::MAX, None);
    });
}

#[test]
fn memberships_should_be_shown_in_the_order_in_which_the_agent_joined() {
    build_and_execute(|| {
        registered(1);
        let (first, second) = (found(Question::Closed), found_with(&[1]));
        System::set_block_number(6);
        assert_ok!(Domains::join(RuntimeOrigin::signed(1), first));
        stay_away(second, 1, 3);
        let newcomer = Rule::default().newcomer();
        assert_eq!(
            Domains::memberships_of::<OneKnown>(&1),
            vec![
                member(GENERAL, 1, Some(0), OneKnown::standing()),
                member(second, 1, None, newcomer),
                member(first, 6, Some(0), newcomer),
            ]
        );
        assert_eq!(Domains::memberships_of::<OneKnown>(&2), vec![]);
        assert_eq!(Domains::member_since(first, &1), Some(6));
    });
}
