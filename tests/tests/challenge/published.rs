//! Numbers that others published, from the rules and through the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Agent;
use carrots_catalogue::challenge::{Challenge, SINK};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::challenge::{Accounts, Params};
use carrots_testkit::script::pair;
use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    optimistic_oracle: OptimisticOracle,
}

#[derive(Deserialize)]
struct OptimisticOracle {
    burned_percent: u32,
    bond_recipient_and_store: Vec<(u64, u64, u64)>,
}

/// Whoever wins a dispute over two bonds of the same size has so much, and the rest is burned, whoever it is.
#[test]
fn what_the_winner_has_of_two_bonds() {
    let published: Published =
        toml::from_str(include_str!("../../data/published.toml")).expect("the file is sound");
    let OptimisticOracle { burned_percent, bond_recipient_and_store } = published.optimistic_oracle;
    for (bond, recipient, store) in bond_recipient_and_store {
        let bond = Balance::from(bond);
        let winner_share = Perbill::from_percent(100 - burned_percent);
        let p = Params { assertion_bond: bond, challenge_bond: bond, winner_share, ..params() };
        let start = [asserts_truth(&p, ANN), challenges(&p, BOB)];
        let asserter_is_late = [blocks(p.move_blocks), expires(0, 0)].to_vec();
        let window = blocks(p.challenge_blocks);
        let challenger_is_late =
            [bisects_truly(&p, 0), blocks(p.move_blocks), expires(0, 0), window, finalizes(0)];
        for (winner, steps) in [(BOB, asserter_is_late), (ANN, challenger_is_late.to_vec())] {
            let mut pair = pair::<Challenge>(p, &WALLETS);
            done_all(&mut pair, &start);
            done_all(&mut pair, &steps);
            let credit = |who: Agent| pair.model.db.credit(who);
            assert_eq!(credit(winner), recipient.into(), "{winner} of {bond}");
            assert_eq!(credit(SINK), store.into(), "{winner} of {bond}");
        }
    }
}
