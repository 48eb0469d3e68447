//! What those who make and use periods gain by doing otherwise: [`carrots_logic::controller`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance};
use carrots_catalogue::controller::{Controller, SINK};
use carrots_kernel::Balance;
use carrots_logic::controller::{Acting, Db, Kind, Params, Sensor};
use carrots_testkit::script::model;
use proptest::collection::vec;
use proptest::prelude::*;

fn any_params() -> impl Strategy<Value = Params> {
    let kinds = vec![Kind::BaseFee, Kind::BlobFee, Kind::Multiplier, Kind::Pi];
    let kinds = prop::sample::select(kinds);
    (kinds, 2..400u128, 1..400u128, 1..20u32, 0..40u128, 0..40u128).prop_map(
        |(kind, capacity, target, denominator, kp, ki)| Params {
            kind,
            capacity,
            target: target.min(capacity),
            denominator,
            kp: kp * 100_000_000,
            ki: ki * 100_000_000,
            ..params()
        },
    )
}

fn change(model: &Instance<Controller>, who: Agent) -> i128 {
    model.wealth(who) as i128 - WALLET as i128
}

fn output(model: &Instance<Controller>) -> Balance {
    model.db.state().at(&Db::params(&model.db), model.block()).output
}

proptest! {
    /// Whoever uses what it does not need pays the price of it, and only the sink has it.
    #[test]
    fn stuffing_costs_what_it_uses(params in any_params(), units in 1..400u128) {
        let units = units.min(params.capacity);
        let mut model = model::<Controller>(params, &WALLETS);
        let price = output(&model) * units;
        play_all(&mut model, &[takes(BOB, price, units, 0)]);
        prop_assert_eq!(change(&model, BOB), -(price as i128));
        prop_assert_eq!(change(&model, SINK), price as i128);
    }

    /// Who asks for more than is left has what is left, and the rest of its tokens.
    #[test]
    fn a_small_use_keeps_out_no_more_than_itself(
        params in any_params(), small in 1..50u128, tip in 0..20u128,
    ) {
        prop_assume!(small < params.capacity);
        let mut model = model::<Controller>(params, &WALLETS);
        let price = output(&model);
        let all = (price + tip) * params.capacity;
        play_all(&mut model, &[
            takes(CAT, price * small, small, 0),
            takes(BOB, all, params.capacity, tip),
        ]);
        let left = params.capacity - small;
        prop_assert_eq!(change(&model, BOB), -(((price + tip) * left) as i128));
        prop_assert_eq!(change(&model, ANN), (tip * left) as i128);
        prop_assert_eq!(model.db.state().measure, Some(params.capacity));
    }

    /// Whether somebody writes outputs down or not changes none.
    #[test]
    fn nobody_has_to_keep_the_clock(params in any_params(), measures in vec(0..400u128, 1..12)) {
        let params = Params { sensor: Sensor::Report, ..params };
        let (mut lazy, mut kept) =
            (model::<Controller>(params, &WALLETS), model::<Controller>(params, &WALLETS));
        for measure in measures {
            let report = reports(measure.min(params.capacity));
            play_all(&mut lazy, &[report.clone(), blocks(params.period_blocks)]);
            play_all(&mut kept, &[report, blocks(params.period_blocks), advances()]);
            prop_assert_eq!(output(&lazy), output(&kept));
        }
    }

    /// A reward goes the other way from a price.
    #[test]
    fn a_reward_falls_where_a_price_rises(params in any_params(), measure in 0..400u128) {
        let price = Params { kind: Kind::Pi, sensor: Sensor::Report, ..params };
        let reward = Params { acting: Acting::Reverse, ..price };
        let after = |params: Params| {
            let mut model = model::<Controller>(params, &WALLETS);
            let measure = measure.min(params.capacity);
            play_all(&mut model, &[reports(measure), blocks(params.period_blocks)]);
            output(&model)
        };
        let above = measure.min(params.capacity) > params.target;
        let (less, more) = if above { (reward, price) } else { (price, reward) };
        prop_assert!(after(less) <= after(more));
    }
}
