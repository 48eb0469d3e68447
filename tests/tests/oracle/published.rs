//! Numbers that others published, from the rules and through the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Agent;
use carrots_catalogue::oracle::Oracle;
use carrots_kernel::Perbill;
use carrots_logic::oracle::verdict::{Count, split};
use carrots_logic::oracle::{Accounts, Db, Outcome, Params};
use carrots_testkit::differential::Pair;
use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    schelling_court: SchellingCourt,
}

#[derive(Deserialize)]
struct SchellingCourt {
    min_stake: u64,
    alpha_bps: u32,
    fee_per_vote: u64,
    loser_stake_delta: i128,
    each_winning_vote_stake_delta: i128,
    each_winning_vote_fee: u128,
}

fn published() -> SchellingCourt {
    let file = include_str!("../../data/published.toml");
    toml::from_str::<Published>(file).expect("the file is sound").schelling_court
}

impl SchellingCourt {
    fn params(&self) -> Params {
        Params {
            min_stake: self.min_stake.into(),
            alpha: Perbill::from_parts(self.alpha_bps * 100_000),
            absent_loss: u128::from(self.min_stake) * 3 / 2,
            fee_per_vote: self.fee_per_vote.into(),
            max_appeals: 0,
            ..params()
        }
    }
}

#[test]
fn one_vote_against_two_as_the_rules_split_it() {
    let court = published();
    let count = Count { coherent: 2, incoherent: 1, ..Count::default() };
    let split = split(&court.params(), count, 3 * u128::from(court.fee_per_vote), 0);
    assert_eq!(split.lost as i128, -court.loser_stake_delta);
    assert_eq!(split.stake_per_vote as i128, court.each_winning_vote_stake_delta);
    assert_eq!(split.fee_per_vote, court.each_winning_vote_fee);
    assert_eq!((split.rest, split.refund), (0, 0));
}

#[test]
fn one_vote_against_two_as_the_contract_enforces_it() {
    let court = published();
    let params = court.params();
    let mut pair: Pair<Oracle> = carrots_testkit::script::pair(params, &[1 << 60; 8]);
    let jurors = [(ANN, 0), (BOB, 1), (CAT, 1)];
    // Each has one vote, so that a jury of three is all of them.
    let stake_of_a_vote = params.least_stake();
    let all = |step: &dyn Fn(Agent, u128) -> _| jurors.map(|(who, answer)| step(who, answer));
    done_all(&mut pair, &all(&|who, _| stake(who, stake_of_a_vote)));
    done_all(&mut pair, &[ask(fee(&params), CHOICE), until_drawing(&params), draw(0)]);
    done_all(&mut pair, &all(&|who, answer| commit(who, 0, answer)));
    done_all(&mut pair, &[blocks(params.commit_blocks)]);
    done_all(&mut pair, &all(&|who, answer| reveal(who, 0, answer)));
    done_all(&mut pair, &[blocks(params.reveal_blocks), tally(0), blocks(3), settle(0)]);

    let db = &pair.model.db;
    assert_eq!(db.question(0).map(|question| question.outcome), Some(Outcome::Answer(1)));
    let delta = |who| db.juror(who).stake as i128 - stake_of_a_vote as i128;
    assert_eq!(delta(ANN), court.loser_stake_delta);
    assert_eq!(db.credit(ANN), 0);
    for winner in [BOB, CAT] {
        assert_eq!(delta(winner), court.each_winning_vote_stake_delta);
        assert_eq!(db.credit(winner), court.each_winning_vote_fee);
    }
}
