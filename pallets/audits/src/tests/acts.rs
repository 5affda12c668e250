//! What auditors may do, and when.

use super::scene::*;
use crate::{mock::*, Committed, Error, Opened, Refusal, Sample};
use frame_support::assert_noop;
use sp_core::H256;
use sp_runtime::DispatchError;
use waggle_primitives::{
    audit::{act::scope as scope_of, sample::Findings, AuditAct, Embedding},
    Hash32,
};

/// The work on two samples has begun.
fn begun() {
    audit(AUDITORS);
    all_claim(&SWARM);
    play(&SWARM, 2);
    begin_epoch(1);
}

/// An opening that its auditor changed in one way.
fn opening(owner: AccountId, change: impl FnOnce(&mut Hash32, &mut Findings)) -> AuditAct {
    let mut act = open(owner, 0, honest).act;
    if let AuditAct::Open { salt, findings, .. } = &mut act {
        change(salt, findings);
    }
    act
}

#[test]
fn commit_should_keep_the_seals() {
    build_and_execute(|| {
        begun();
        assert_eq!(send(commit(21, honest)), Ok(()));
        let seals = [0, 1].map(|number| Some(seal_of(21, number, honest)));
        assert_eq!(Committed::<Test>::get(DOMAIN, key(21)).unwrap().to_vec(), seals);
    });
}

#[test]
fn open_should_keep_the_findings_and_forget_the_seal() {
    build_and_execute(|| {
        begun();
        examine(&all_honest);
        assert_eq!(send(open(21, 1, honest)), Ok(()));
        let seals = Committed::<Test>::get(DOMAIN, key(21)).unwrap();
        assert_eq!(seals.to_vec(), [Some(seal_of(21, 0, honest)), None]);
        assert_eq!(Opened::<Test>::get((DOMAIN, 1), key(21)), Some(honest(&sample(1))));
        assert_eq!(Opened::<Test>::get((DOMAIN, 0), key(21)), None);
    });
}

#[test]
fn acts_should_be_refused_where_there_is_no_such_work() {
    build_and_execute(|| {
        begun();
        let of_epoch = |epoch| {
            let seals = vec![None; 2].try_into().unwrap();
            signed(21, AuditAct::Commit { domain: DOMAIN, epoch, seals })
        };
        assert_eq!(refusal_of(of_epoch(1)), Refusal::NotBegun.into());
        let elsewhere = AuditAct::Commit { domain: 2, epoch: 0, seals: Default::default() };
        assert_eq!(refusal_of(signed(21, elsewhere)), Refusal::NoSuchWork.into());
        let act = commit(21, honest);
        run_to(2 * EPOCH_BLOCKS + 1);
        assert_eq!(refusal_of(act.clone()), Refusal::NoSuchWork.into());
        assert_noop!(dispatch(act), Error::<Test>::NoSuchWork);
    });
}

#[test]
fn strangers_should_be_refused_at_any_stage() {
    build_and_execute(|| {
        audit(21..=26);
        play(&SWARM, 2);
        begin_epoch(1);
        let left_out = (21..=26).find(|owner| !committee().contains(owner)).unwrap();
        for owner in [left_out, LIAR, LAST_OWNER + 3] {
            assert_eq!(refusal_of(commit(owner, honest)), Refusal::NotOnCommittee.into());
        }
        run_to(opening_of(0));
        assert_eq!(refusal_of(open(left_out, 0, honest)), Refusal::NotOnCommittee.into());
    });
}

#[test]
fn each_act_should_have_its_stage() {
    build_and_execute(|| {
        begun();
        assert_eq!(send(commit(21, honest)), Ok(()));
        assert_eq!(refusal_of(open(21, 0, honest)), Refusal::TooEarly.into());
        assert_noop!(dispatch(open(21, 0, honest)), Error::<Test>::WrongStage);
        run_to(opening_of(0) - 1);
        assert_eq!(send(commit(22, honest)), Ok(()), "the last block of examining");
        run_to(opening_of(0));
        assert_eq!(refusal_of(commit(23, honest)), Refusal::TooLate.into());
        assert_noop!(dispatch(commit(23, honest)), Error::<Test>::WrongStage);
        assert_eq!(send(open(21, 0, honest)), Ok(()), "the first block of opening");
        run_to(judging_of(0) - 1);
        assert_eq!(send(open(22, 1, honest)), Ok(()), "the last block of opening");
        let late = open(22, 0, honest);
        run_to(judging_of(0));
        assert_eq!(refusal_of(late), Refusal::TooLate.into());
    });
}

#[test]
fn acts_should_happen_once() {
    build_and_execute(|| {
        begun();
        assert_eq!(send(commit(21, honest)), Ok(()));
        assert_eq!(refusal_of(commit(21, honest)), Refusal::AlreadyDone.into());
        assert_eq!(refusal_of(commit(21, lying)), Refusal::AlreadyDone.into());
        run_to(opening_of(0));
        assert_eq!(send(open(21, 0, honest)), Ok(()));
        assert_eq!(refusal_of(open(21, 0, honest)), Refusal::AlreadyDone.into());
        assert_eq!(send(open(21, 1, honest)), Ok(()));
    });
}

#[test]
fn commits_should_have_as_many_seals_as_there_are_samples() {
    build_and_execute(|| {
        begun();
        for seals in [0, 1, 3, 32] {
            let refused = refusal_of(commit_seals(21, vec![Some([1; 32]); seals]));
            assert_eq!(refused, Refusal::WrongLength.into());
        }
    });
}

#[test]
fn what_was_not_sealed_should_not_be_opened() {
    build_and_execute(|| {
        begun();
        let second = seal_of(21, 1, honest);
        assert_eq!(send(commit_seals(21, vec![None, Some(second)])), Ok(()));
        run_to(opening_of(0));
        assert_eq!(refusal_of(open(21, 0, honest)), Refusal::NothingSealed.into());
        assert_eq!(refusal_of(open(22, 0, honest)), Refusal::NothingSealed.into());
        assert_eq!(send(open(21, 1, honest)), Ok(()));
        let AuditAct::Open { domain, epoch, salt, findings, .. } = open(22, 1, honest).act else {
            unreachable!("it is an opening");
        };
        let beyond = AuditAct::Open { domain, epoch, sample: 2, salt, findings };
        assert_eq!(refusal_of(signed(21, beyond)), Refusal::NothingSealed.into());
    });
}

#[test]
fn only_what_was_sealed_should_be_opened() {
    build_and_execute(|| {
        begun();
        examine(&all_honest);
        let changes: [fn(&mut Hash32, &mut Findings); 3] = [
            |salt, _| salt[0] ^= 1,
            |_, findings| findings.iter_mut().for_each(|finding| finding.embedding = None),
            |_, findings| {
                findings.pop();
            },
        ];
        for change in changes {
            let refused = refusal_of(signed(21, opening(21, change)));
            assert_eq!(refused, Refusal::WrongFindings.into());
        }
        assert_eq!(send(open(21, 0, honest)), Ok(()));
    });
}

#[test]
fn findings_should_be_as_many_as_answers_even_if_others_were_sealed() {
    /// Says nothing of the last answer.
    fn short(sample: &Sample<AccountId>) -> Findings {
        let mut findings = honest(sample);
        findings.pop();
        findings
    }
    build_and_execute(|| {
        begun();
        examine(&|_: usize| Some(short as Say));
        assert_eq!(refusal_of(open(21, 0, short)), Refusal::WrongFindings.into());
    });
}

#[test]
fn findings_should_have_the_model_s_dimensions_even_if_others_were_sealed() {
    /// Says of the last answer what takes as much room as can be.
    fn long(sample: &Sample<AccountId>) -> Findings {
        let mut findings = honest(sample);
        if let Some(last) = findings.last_mut() {
            last.embedding = Embedding::new(vec![1; 1_024]);
        }
        findings
    }
    build_and_execute(|| {
        begun();
        examine(&|_: usize| Some(long as Say));
        assert_eq!(refusal_of(open(21, 0, long)), Refusal::WrongFindings.into());
    });
}

#[test]
fn a_seal_that_was_copied_should_open_to_nothing() {
    build_and_execute(|| {
        begun();
        let seals = [0, 1].map(|number| Some(seal_of(21, number, honest)));
        assert_eq!(send(commit(21, honest)), Ok(()));
        // Whoever copies knows no more than this.
        assert_eq!(send(commit_seals(22, seals.to_vec())), Ok(()));
        run_to(opening_of(0));
        assert_eq!(send(open(21, 0, honest)), Ok(()));
        let copied = open(21, 0, honest).act;
        assert_eq!(refusal_of(signed(22, copied)), Refusal::WrongFindings.into());
        assert_eq!(refusal_of(open(22, 0, honest)), Refusal::WrongFindings.into());
    });
}

#[test]
fn acts_of_another_fork_should_be_refused() {
    build_and_execute(|| {
        begun();
        let genesis = System::block_hash(0).0;
        assert_eq!(scope(), scope_of(&genesis, DOMAIN, 0, &work().seed));
        for other in [
            // Another committee was drawn there, or it is another chain.
            scope_of(&genesis, DOMAIN, 0, &[77; 32]),
            scope_of(&[77; 32], DOMAIN, 0, &work().seed),
            scope_of(&genesis, DOMAIN + 1, 0, &work().seed),
            scope_of(&genesis, DOMAIN, 1, &work().seed),
        ] {
            let foreign = signed_for(&other, 21, commit(21, honest).act);
            assert_eq!(refusal_of(foreign), Refusal::BadSignature.into());
        }
        frame_system::BlockHash::<Test>::insert(0, H256([77; 32]));
        let foreign = commit(21, honest);
        frame_system::BlockHash::<Test>::insert(0, H256(genesis));
        assert_eq!(refusal_of(foreign), Refusal::BadSignature.into());
    });
}

#[test]
fn forged_acts_should_be_refused() {
    build_and_execute(|| {
        begun();
        let mut forged = commit(21, honest);
        forged.agent = key(22);
        assert_eq!(refusal_of(forged), Refusal::BadSignature.into());
        let mut altered = commit(21, honest);
        altered.act = commit(21, lying).act;
        assert_eq!(refusal_of(altered), Refusal::BadSignature.into());
    });
}

#[test]
fn acts_should_fail_when_the_origin_is_not_authorised() {
    build_and_execute(|| {
        begun();
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root(), RuntimeOrigin::signed(21)] {
            let act = commit(21, honest);
            assert_noop!(Audits::audit(origin, act), DispatchError::BadOrigin);
        }
    });
}
