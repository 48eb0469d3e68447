//! Every error, on the model and on the compiled contract.

use crate::generate::{line, params};
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::auction::{Auction, Op, SELLER};
use carrots_kernel::sealed::MAX_WINDOW;
use carrots_logic::auction::{Error, Kind, MAX_BID, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};
use carrots_testkit::script::pair;

fn table() -> Vec<Row<Auction>> {
    use Error::*;
    let p = params();
    let (deposit, uniform) = (p.deposit, Params { kind: Kind::UniformPrice, ..p });
    let (one, single) = (Params { max_bidders: 1, ..p }, bid(&[60]));
    let (early, late) = (blocks(p.commit_blocks - 1), blocks(p.commit_blocks));
    let over = blocks(p.commit_blocks + p.reveal_blocks);
    let not_over = blocks(p.commit_blocks + p.reveal_blocks - 1);
    let ann = commit(ANN, deposit, 0, &single);
    let sealed =
        |values: &[u128]| vec![open(), commit(ANN, deposit, 0, &bid(values)), late.clone()];
    let opened = |values: &[u128], amount| reveal(ANN, amount, 0, bid(values));
    let with = |steps: &[Step<Op>], more: &[Step<Op>]| [steps, more].concat();
    let committed = vec![open(), ann.clone()];
    let revealed = with(&sealed(&[60]), &[opened(&[60], 60)]);
    let settled = vec![open(), over.clone(), settle()];
    let copied = call(BOB, deposit, Op::Commit { commitment: seal(ANN, 0, &single) });
    let foreign = Op::Commit { commitment: seal_for([7; 32], ANN, 0, &single) };
    let foreign = call(ANN, deposit, foreign);
    let other_salt = call(ANN, 60, Op::Reveal { values: single, salt: [7; 32] });
    vec![
        (p, vec![], call(ANN, 0, Op::Open {}), NotSeller),
        (p, vec![open()], open(), RoundOpen),
        (p, vec![open(), over.clone()], open(), RoundOpen),
        (p, vec![], ann.clone(), NoRound),
        (p, vec![], opened(&[60], 60), NoRound),
        (p, vec![], settle(), NoRound),
        (p, settled.clone(), ann.clone(), NoRound),
        (p, settled.clone(), settle(), NoRound),
        (p, vec![open(), late.clone()], ann.clone(), CommitOver),
        (p, vec![open(), over.clone()], ann.clone(), CommitOver),
        (p, vec![open()], commit(ANN, deposit - 1, 0, &single), DepositTooLow),
        (p, committed.clone(), ann.clone(), AlreadyCommitted),
        (one, committed.clone(), commit(BOB, deposit, 0, &single), BiddersFull),
        (
            one,
            with(&committed, &[commit(BOB, deposit + 1, 0, &single)]),
            commit(ANN, deposit + 1, 0, &single),
            BiddersFull,
        ),
        (
            one,
            with(&committed, &[commit(BOB, deposit + 1, 0, &single), late.clone()]),
            opened(&[60], 60),
            NotCommitted,
        ),
        (p, with(&committed, &[early]), opened(&[60], 60), RevealNotBegun),
        (p, with(&committed, std::slice::from_ref(&over)), opened(&[60], 60), RevealOver),
        (p, sealed(&[60]), reveal(BOB, 60, 0, single), NotCommitted),
        (p, revealed.clone(), opened(&[60], 60), AlreadyRevealed),
        (p, sealed(&[60]), opened(&[61], 61), WrongReveal),
        (p, sealed(&[60]), other_salt, WrongReveal),
        (p, vec![open(), copied, late.clone()], reveal(BOB, 60, 0, single), WrongReveal),
        (p, vec![open(), foreign, late.clone()], opened(&[60], 60), WrongReveal),
        (p, with(&settled, &[open(), ann.clone(), late.clone()]), opened(&[60], 60), WrongReveal),
        (p, sealed(&[1, 2, 3, 4]), opened(&[1, 2, 3, 4], 4), NoSuchItem),
        (p, sealed(&[MAX_BID + 1]), opened(&[MAX_BID + 1], 0), BidTooHigh),
        (uniform, sealed(&[5, 6]), opened(&[5, 6], 11), ValuesIncrease),
        (p, sealed(&[60, 70]), opened(&[60, 70], 60), WrongPayment),
        (p, sealed(&[60, 70]), opened(&[60, 70], 130), WrongPayment),
        (uniform, sealed(&[70, 60]), opened(&[70, 60], 70), WrongPayment),
        (p, vec![open(), not_over], settle(), RevealNotOver),
        (p, revealed, settle(), RevealNotOver),
        (p, vec![], collect(ANN), NothingToCollect),
    ]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Auction>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let (params, bids) = (params(), [(ANN, bid(&[90])), (BOB, bid(&[70]))]);
    let mut pair = pair::<Auction>(params, &WALLETS);
    done_all(&mut pair, &round(&params, &bids, &bids));
    let collect = |account| (CAT, Op::Collect { account });
    refusals::payment_fails(pair, &[collect(ANN), collect(BOB), collect(SELLER)]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let p = params();
    vec![
        (Params { items: 0, ..p }, ItemsTooLow),
        (Params { items: 9, ..p }, ItemsTooHigh),
        (Params { kind: Kind::FirstPrice, items: 2, ..p }, NotOneItem),
        (Params { kind: Kind::SecondPrice, items: 8, ..p }, NotOneItem),
        (Params { max_bidders: 0, ..p }, MaxBiddersTooLow),
        (Params { max_bidders: 65, ..p }, MaxBiddersTooHigh),
        (Params { reserve_price: MAX_BID + 1, ..p }, ReservePriceTooHigh),
        (Params { deposit: 0, ..p }, DepositTooLow),
        (Params { commit_blocks: 0, ..p }, CommitBlocksTooLow),
        (Params { reveal_blocks: 0, ..p }, RevealBlocksTooLow),
        (Params { commit_blocks: MAX_WINDOW + 1, ..p }, CommitBlocksTooHigh),
        (Params { reveal_blocks: u32::MAX, ..p }, RevealBlocksTooHigh),
        (Params { price_line: line(&[(7, 0), (7, 0)]), ..p }, KnotsOutOfOrder),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Auction>(params(), &wrong_params());
}
