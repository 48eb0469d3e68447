//! What traders, sponsors and settlers gain by doing otherwise: [`carrots_logic::market`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance};
use carrots_catalogue::market::{Market, Op, Receipt};
use carrots_kernel::Balance;
use carrots_logic::market::{Db, MAX_OUTCOMES, Params, Shares};
use carrots_testkit::script::model;
use proptest::collection::vec;
use proptest::prelude::*;

fn any_params() -> impl Strategy<Value = Params> {
    let outcomes = 2..=MAX_OUTCOMES;
    (1..5_000u128, outcomes).prop_map(|(liquidity, outcomes)| Params {
        liquidity,
        outcomes,
        ..params()
    })
}

/// Purchases, and sales of a part of what is held.
fn any_trades() -> impl Strategy<Value = Vec<(Agent, u32, u16, bool)>> {
    vec((BOB..6, 0..MAX_OUTCOMES, 1..3_000u16, any::<bool>()), 1..60)
}

fn opened(params: Params) -> Instance<Market> {
    let mut model = model::<Market>(params, &WALLETS);
    play_all(&mut model, &[opens(&params)]);
    model
}

fn trade(model: &mut Instance<Market>, trades: &[(Agent, u32, u16, bool)]) {
    let outcomes = Db::params(&model.db).outcomes;
    for (who, outcome, shares, sells) in trades.iter().copied() {
        let (outcome, shares) = (outcome % outcomes, Balance::from(shares));
        let held = model.db.holding(who, 0, outcome);
        let _ = match sells {
            true => {
                let shares = shares.min(held);
                model.apply(who, 0, Op::Sell { market: 0, outcome, shares, least: 0 })
            }
            false => model.apply(who, 1_000_000, Op::Buy { market: 0, outcome, shares }),
        };
    }
}

/// What accounts have more than at the start, once all are paid.
fn change(model: &Instance<Market>, who: &[Agent]) -> i128 {
    who.iter().map(|who| model.wealth(*who) as i128 - WALLET as i128).sum()
}

proptest! {
    /// Whatever is traded, in whatever order: the sponsor loses no more than it laid by, for each answer.
    #[test]
    fn the_sponsor_loses_no_more_than_the_deposit(params in any_params(), trades in any_trades()) {
        let mut model = opened(params);
        trade(&mut model, &trades);
        play_all(&mut model, &[blocks(CLOSE)]);
        for answer in 0..params.outcomes {
            let mut end = model.clone();
            play_all(&mut end, &[settles(answer)]);
            all_are_paid(&mut end);
            prop_assert!(change(&end, &[ANN]) >= -(params.deposit_up() as i128));
            prop_assert_eq!(end.ledger().held, 0);
            prop_assert_eq!(change(&end, &[0, 1, 2, 3, 4, 5, 6, 7]), 0);
        }
    }

    /// Whoever sells all that it bought, while nobody else trades, gains nothing, in whatever order and parts.
    #[test]
    fn no_round_trip_gains(params in any_params(), before in any_trades(), own in any_trades()) {
        let mut model = opened(params);
        trade(&mut model, &before);
        let cat = 6;
        let own: Vec<_> = own.into_iter().map(|(_, one, shares, sells)| (cat, one, shares, sells)).collect();
        trade(&mut model, &own);
        for outcome in 0..params.outcomes {
            let shares = model.db.holding(cat, 0, outcome);
            if shares > 0 {
                play_all(&mut model, &[sells(cat, outcome, shares, 0)]);
            }
        }
        all_are_paid(&mut model);
        prop_assert!(change(&model, &[cat]) <= 0);
    }

    /// Two accounts gain no more than one: one that pumps, and one that sells to the maker at its prices.
    #[test]
    fn wash_trades_gain_nothing(params in any_params(), first in 1..3_000u128, second in 1..3_000u128) {
        let mut model = opened(params);
        let buy = |shares| buys(BOB, 0, shares, 1_000_000);
        play_all(&mut model, &[buy(first), buys(CAT, 0, second, 1_000_000)]);
        play_all(&mut model, &[sells(BOB, 0, first, 0), sells(CAT, 0, second, 0)]);
        all_are_paid(&mut model);
        prop_assert!(change(&model, &[BOB, CAT]) <= 0);
    }

    /// Of all numbers of shares of one of two outcomes the one that brings the price to the belief is the best, but for
    /// a token that is rounded.
    #[test]
    fn it_is_best_to_move_the_price_to_what_one_believes(
        liquidity in 50..2_000u128, percent in 51..95u32, bought in 0..200u128,
    ) {
        let p = Params { liquidity, outcomes: 2, ..params() };
        let chance = f64::from(percent) / 100.0;
        let odds = (chance / (1.0 - chance)).ln() * liquidity as f64;
        let sold: Shares = [bought, 0, 0, 0, 0, 0, 0, 0];
        let expects = |shares: Balance| {
            let mut to = sold;
            to[0] += shares;
            chance * shares as f64 - p.cost_up(&sold, &to) as f64
        };
        let best = (odds - bought as f64).round().max(0.0) as Balance;
        for other in (0..20).map(|step| best * step / 10) {
            prop_assert!(expects(best) >= expects(other) - 1.0 - 1e-6, "{best} and {other}");
        }
    }

    /// Where there is no answer, only shares of that are paid: a pump in the last block is lost.
    #[test]
    fn an_invalid_question_pays_no_side(params in any_params(), pumped in 1..100_000u128) {
        prop_assume!(params.outcomes > 2);
        let mut model = opened(params);
        play_all(&mut model, &[blocks(CLOSE - 2), buys(BOB, 0, pumped, 1_000_000)]);
        play_all(&mut model, &[buys(CAT, 1, 1, 1_000_000), blocks(2 + params.settle_blocks), expires()]);
        all_are_paid(&mut model);
        prop_assert!(change(&model, &[BOB]) < 0 && change(&model, &[CAT]) < 0);
    }

    /// Who wants its money back in that case buys as many shares of none.
    #[test]
    fn money_back_can_be_bought(params in any_params(), shares in 1..5_000u128) {
        prop_assume!(params.outcomes > 2);
        let mut model = opened(params);
        let none = params.outcomes - 1;
        play_all(&mut model, &[buys(BOB, 0, shares, 1_000_000), buys(BOB, none, shares, 1_000_000)]);
        play_all(&mut model, &[blocks(CLOSE + params.settle_blocks), expires()]);
        all_are_paid(&mut model);
        prop_assert!(change(&model, &[BOB]) >= 0);
    }
}

/// What each of the rules would pay that are rejected in the header, where a question is invalid.
#[test]
fn other_rules_for_invalid_questions_can_be_pumped() {
    let p = Params { liquidity: 1_000, outcomes: 2, ..params() };
    let at = |first, second| -> Shares { [first, second, 0, 0, 0, 0, 0, 0] };
    let pumped = at(4_000, 0);
    let cost = p.cost_up(&at(0, 0), &pumped);
    let price = |shares: &Shares, one| f64::from(p.price_down(shares, one).deconstruct()) / 1e9;
    // The last price: all shares are paid the highest.
    assert!(4_000.0 * price(&pumped, 0) > cost as f64 + 600.0);
    // All alike: the cheap side costs nearly nothing and pays a half.
    let cheap = p.cost_up(&pumped, &at(4_000, 100));
    assert!(cheap <= 3, "{cheap}");
    // What was paid comes back, profits are kept: the first account sells to the pump of the second.
    let first = p.cost_up(&at(0, 0), &at(2_000, 0));
    let sold = p.payment_down(&at(12_000, 0), &at(10_000, 0));
    assert!(sold >= first + 560, "{sold} for {first}");
}

/// A settler that lies has what it bought of the lie; the others lose what they held, and the sponsor no more than the deposit.
#[test]
fn a_lie_is_worth_what_is_held() {
    let p = Params { liquidity: 1_000, outcomes: 3, ..params() };
    let mut model = opened(p);
    play_all(&mut model, &[buys(BOB, 0, 2_000, 1_000_000)]);
    let paid = WALLET - model.ledger().wallets[BOB as usize];
    let Some(Ok(Receipt::Bought(own))) =
        Some(model.apply(CAT, 1_000_000, Op::Buy { market: 0, outcome: 1, shares: 9_000 }))
    else {
        panic!("it is traded")
    };
    play_all(&mut model, &[blocks(CLOSE), settles(1)]);
    all_are_paid(&mut model);
    let gain = change(&model, &[CAT]);
    assert_eq!(gain, 9_000 - own.cost as i128);
    assert!(gain > 0 && gain <= (p.deposit_up() + paid) as i128);
}
