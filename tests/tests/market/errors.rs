//! Every error, on the model and on the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::market::{Market, Op, SETTLER};
use carrots_kernel::sealed::MAX_WINDOW;
use carrots_logic::market::{Error, MAX_LIQUIDITY, MAX_OUTCOMES, MAX_SHARES, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};
use carrots_testkit::script::pair;

fn table() -> Vec<Row<Market>> {
    [openings(), trades(), ends()].concat()
}

fn openings() -> Vec<Row<Market>> {
    use Error::*;
    let p = params();
    let open = |closes_at| Op::Open { question: [7; 32], closes_at };
    let all = p.deposit_up();
    vec![
        (p, vec![], call(ANN, all - 1, open(CLOSE)), WrongDeposit),
        (p, vec![], call(ANN, all + 1, open(CLOSE)), WrongDeposit),
        (p, vec![blocks(5)], call(ANN, all, open(4)), WrongClose),
        (p, vec![blocks(5)], call(ANN, all, open(5)), WrongClose),
        (p, vec![], call(ANN, all, open(MAX_WINDOW + 2)), WrongClose),
    ]
}

fn trades() -> Vec<Row<Market>> {
    use Error::*;
    let p = params();
    let opened = vec![opens(&p)];
    let with = |more: &[Step<Op>]| [&opened[..], more].concat();
    let bought = with(&[buys(BOB, 0, 100, 1_000)]);
    let closed = [&bought[..], &[blocks(CLOSE)]].concat();
    let settled = [&closed[..], &[settles(1)]].concat();
    vec![
        (p, vec![], buys(BOB, 0, 1, 10), NoMarket),
        (p, vec![], sells(BOB, 0, 1, 0), NoMarket),
        (p, opened.clone(), buys(BOB, p.outcomes, 1, 10), NoOutcome),
        (p, opened.clone(), sells(BOB, p.outcomes, 1, 0), NoOutcome),
        (p, opened.clone(), buys(BOB, 0, 0, 10), Zero),
        (p, bought.clone(), sells(BOB, 0, 0, 0), Zero),
        (p, opened.clone(), buys(BOB, 0, MAX_SHARES + 1, 10), SharesTooMany),
        (p, bought.clone(), buys(BOB, 0, u128::MAX, 10), SharesTooMany),
        // 100 shares at a third each, and a little more.
        (p, opened.clone(), buys(BOB, 0, 100, 34), CostTooHigh),
        (p, bought.clone(), sells(BOB, 0, 101, 0), SharesTooFew),
        (p, bought.clone(), sells(CAT, 0, 1, 0), SharesTooFew),
        (p, bought.clone(), sells(BOB, 0, 100, 35), PaymentTooLow),
        (p, closed.clone(), buys(BOB, 0, 1, 10), Closed),
        (p, closed, sells(BOB, 0, 1, 0), Closed),
        (p, settled.clone(), buys(BOB, 0, 1, 10), AlreadySettled),
        (p, settled, sells(BOB, 0, 1, 0), AlreadySettled),
    ]
}

fn ends() -> Vec<Row<Market>> {
    use Error::*;
    let p = params();
    let bought = vec![opens(&p), buys(BOB, 0, 100, 1_000)];
    let closed = [&bought[..], &[blocks(CLOSE)]].concat();
    let over = [&closed[..], &[blocks(p.settle_blocks)]].concat();
    let settled = [&closed[..], &[settles(0)]].concat();
    let redeemed = [&settled[..], &[redeems(BOB)]].concat();
    let settle = Op::Settle { market: 0, outcome: 0 };
    vec![
        (p, closed.clone(), call(BOB, 0, settle), NotSettler),
        (p, vec![], settles(0), NoMarket),
        (p, closed.clone(), settles(p.outcomes), NoOutcome),
        (p, bought.clone(), settles(0), Trading),
        (p, over.clone(), settles(0), SettlingOver),
        (p, settled.clone(), settles(0), AlreadySettled),
        (p, vec![], expires(), NoMarket),
        (p, bought, expires(), SettlingOpen),
        (p, [&closed[..], &[blocks(p.settle_blocks - 2)]].concat(), expires(), SettlingOpen),
        (p, [&over[..], &[expires()]].concat(), expires(), AlreadySettled),
        (p, vec![], redeems(BOB), NoMarket),
        (p, closed, redeems(BOB), NotSettled),
        (p, settled.clone(), redeems(CAT), NothingToRedeem),
        (p, redeemed, redeems(BOB), NothingToRedeem),
        // Ann had what is left when there was an answer.
        (p, [&settled[..], &[collects(ANN)]].concat(), collects(ANN), NothingToCollect),
        (p, settled, collects(SETTLER), NothingToCollect),
    ]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Market>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let p = params();
    let mut pair = pair::<Market>(p, &WALLETS);
    let steps = [opens(&p), buys(BOB, 0, 100, 1_000), blocks(CLOSE), settles(0), redeems(BOB)];
    done_all(&mut pair, &steps);
    let collect = |account| (CAT, Op::Collect { account });
    refusals::payment_fails(pair, &[collect(BOB), collect(ANN)]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let p = params();
    vec![
        (Params { liquidity: 0, ..p }, LiquidityTooLow),
        (Params { liquidity: MAX_LIQUIDITY + 1, ..p }, LiquidityTooHigh),
        (Params { outcomes: 1, ..p }, OutcomesTooLow),
        (Params { outcomes: MAX_OUTCOMES + 1, ..p }, OutcomesTooHigh),
        (Params { settle_blocks: 0, ..p }, SettleBlocksTooLow),
        (Params { settle_blocks: MAX_WINDOW + 1, ..p }, SettleBlocksTooHigh),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Market>(params(), &wrong_params());
}
