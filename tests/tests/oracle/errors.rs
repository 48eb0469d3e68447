//! Every error, on the model and on the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::oracle::{Op, Oracle};
use carrots_kernel::Perbill;
use carrots_logic::oracle::{Error, Kind, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};

type Steps = Vec<Step<Op>>;

/// The parameters of a court without appeals.
fn final_at_once() -> Params {
    Params { max_appeals: 0, ..params() }
}

fn table() -> Vec<Row<Oracle>> {
    [stakes(), rounds(), votes(), outcomes()].concat()
}

fn stakes() -> Vec<Row<Oracle>> {
    use Error::*;
    let p = params();
    let staked = vec![stake(ANN, 1_500)];
    let frozen = vec![stake(ANN, 1_500), until_drawing(&p)];
    let locked = [drawn(&p, CHOICE), vec![blocks(p.draw_blocks)]].concat();
    let free = WALLET / 2 - 3 * p.absent_loss;
    let one = Params { max_jurors: 1, ..p };
    let full = staked.clone();
    let busy = [drawn(&one, CHOICE), vec![blocks(p.draw_blocks)]].concat();
    let safe = Params { absent_loss: 1_200, ..p };
    vec![
        (p, frozen.clone(), stake(BOB, 1_000), StakesFrozen),
        (p, frozen, unstake(ANN, 500), StakesFrozen),
        (p, vec![], stake(ANN, 0), Zero),
        (p, staked.clone(), unstake(ANN, 0), Zero),
        (p, vec![], stake(ANN, 999), StakeTooLow),
        (safe, vec![], stake(ANN, 1_199), StakeTooLow),
        (p, staked.clone(), unstake(ANN, 501), StakeTooLow),
        (one, staked.clone(), stake(BOB, 1_000), JurorsFull),
        (one, full.clone(), displace(BOB, 0, ANN), StakeTooLow),
        (one, full.clone(), displace(ANN, 3_000, ANN), AlreadyJuror),
        (p, staked.clone(), displace(BOB, 3_000, ANN), RoomLeft),
        (one, full.clone(), displace(BOB, 3_000, CAT), NotJuror),
        (one, full.clone(), displace(BOB, 3_000, BOB), NotJuror),
        (one, busy, displace(BOB, WALLET / 2, ANN), JurorBusy),
        // Ann has two votes.
        (one, full.clone(), displace(BOB, 4 * p.absent_loss - 1, ANN), TooFewVotes),
        (one, [full, vec![until_drawing(&p)]].concat(), displace(BOB, 5_000, ANN), StakesFrozen),
        (p, staked, unstake(ANN, 1_501), NotEnoughStake),
        (p, locked, unstake(ANN, free + 1), StakeLocked),
        (p, vec![], collect(ANN), NothingToCollect),
    ]
}

fn rounds() -> Vec<Row<Oracle>> {
    use Error::*;
    let p = params();
    let asked = vec![stake(ANN, 1_500), ask(fee(&p), CHOICE)];
    let drawing = [asked.clone(), vec![until_drawing(&p)]].concat();
    let late = [drawing.clone(), vec![blocks(p.draw_blocks)]].concat();
    let early = Op::Draw { question: 0, seed: SEED };
    vec![
        (p, drawing, call(ANN, 0, early), NotBeacon),
        (p, vec![], ask(fee(&p), Kind::Choice { options: 1 }), WrongOptions),
        (p, vec![], ask(fee(&p), Kind::Choice { options: 9 }), WrongOptions),
        (p, vec![], ask(fee(&p) + 1, CHOICE), WrongFee),
        (p, vec![], draw(0), NoQuestion),
        (p, vec![], expire(0), NoQuestion),
        (p, vec![], commit(ANN, 0, 0), NoQuestion),
        (p, vec![], reveal(ANN, 0, 0), NoQuestion),
        (p, vec![], tally(0), NoQuestion),
        (p, vec![], appeal(210, 0), NoQuestion),
        (p, vec![], settle(0), NoQuestion),
        (p, drawn(&p, CHOICE), draw(0), NotDrawing),
        (p, drawn(&p, CHOICE), expire(0), NotDrawing),
        (p, asked.clone(), draw(0), DrawClosed),
        (p, late, draw(0), DrawClosed),
        (p, asked, expire(0), DrawOpen),
    ]
}

fn votes() -> Vec<Row<Oracle>> {
    use Error::*;
    let p = params();
    let drawn = drawn(&p, CHOICE);
    let with = |more: Steps| [drawn.clone(), more].concat();
    let reveals = with(vec![commit(ANN, 0, 1), blocks(p.commit_blocks)]);
    let silent = with(vec![blocks(p.commit_blocks)]);
    let invalid = with(vec![commit(ANN, 0, 3), blocks(p.commit_blocks)]);
    let revealed = [reveals.clone(), vec![reveal(ANN, 0, 1)]].concat();
    let over = [reveals.clone(), vec![blocks(p.reveal_blocks)]].concat();
    // A commitment that was made for another account.
    let Step::Call { op: copied, .. } = commit(BOB, 0, 1) else { unreachable!("it is a call") };
    let copied = with(vec![call(ANN, 0, copied), blocks(p.commit_blocks)]);
    let foreign = with(vec![commit_for([7; 32], 0, ANN, 0, 1), blocks(p.commit_blocks)]);
    vec![
        (p, with(vec![blocks(p.commit_blocks)]), commit(ANN, 0, 0), NotCommitting),
        (p, vec![ask(fee(&p), CHOICE)], commit(ANN, 0, 0), NotCommitting),
        (p, with(vec![commit(ANN, 0, 1)]), reveal(ANN, 0, 1), NotRevealing),
        (p, over, reveal(ANN, 0, 1), NotRevealing),
        (p, drawn.clone(), commit(BOB, 0, 0), NotSeated),
        (p, silent.clone(), reveal(BOB, 0, 0), NotSeated),
        (p, with(vec![commit(ANN, 0, 1)]), commit(ANN, 0, 1), AlreadyCommitted),
        (p, silent, reveal(ANN, 0, 1), NotCommitted),
        (p, revealed, reveal(ANN, 0, 1), AlreadyRevealed),
        (p, invalid, reveal(ANN, 0, 3), WrongAnswer),
        (p, reveals, reveal(ANN, 0, 2), WrongReveal),
        (p, copied, reveal(ANN, 0, 1), WrongReveal),
        (p, foreign, reveal(ANN, 0, 1), WrongReveal),
    ]
}

fn outcomes() -> Vec<Row<Oracle>> {
    use Error::*;
    let (p, last) = (params(), final_at_once());
    let asked = vec![stake(ANN, 1_500), ask(fee(&p), CHOICE)];
    let tallied_now = tallied(&p, CHOICE, 1);
    let late = [tallied_now.clone(), vec![blocks(p.appeal_blocks)]].concat();
    let settled = [tallied(&last, CHOICE, 1), vec![blocks(3), settle(0)]].concat();
    vec![
        (p, asked.clone(), tally(0), NotVoting),
        (p, tallied_now.clone(), tally(0), NotVoting),
        (p, drawn(&p, CHOICE), tally(0), VotingOpen),
        (p, drawn(&p, CHOICE), settle(0), NotTallied),
        (p, asked, appeal(210, 0), NotTallied),
        (last, settled, settle(0), NotTallied),
        (last, tallied(&last, CHOICE, 1), appeal(210, 0), NoAppealLeft),
        (p, late, appeal(210, 0), AppealClosed),
        (p, tallied_now.clone(), appeal(90, 0), WrongFee),
        (p, tallied_now, settle(0), AppealOpen),
        // The tally is in a drawing phase.
        (last, tallied(&last, CHOICE, 1), settle(0), StakesFrozen),
    ]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Oracle>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let params = params();
    let mut pair = pair(params);
    let wait = blocks(params.stake_blocks + params.draw_blocks);
    done_all(&mut pair, &[stake(ANN, 5_000), ask(fee(&params), CHOICE), wait, expire(0)]);
    let unstake = Op::Unstake { amount: 5_000 };
    refusals::payment_fails(pair, &[(ANN, unstake), (BOB, Op::Collect { account: DAN })]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let p = params();
    let long = (1 << 24) + 1;
    vec![
        (Params { min_stake: 0, ..p }, MinStakeTooLow),
        (Params { alpha: Perbill::zero(), ..p }, AlphaTooLow),
        (Params { absent_loss: 500, ..p }, AbsentLossTooLow),
        (Params { min_stake: u128::MAX, absent_loss: u128::MAX / 2, ..p }, AbsentLossTooLow),
        (Params { fee_per_vote: 0, ..p }, FeePerVoteTooLow),
        (Params { fee_per_vote: u128::MAX / 14, ..p }, FeeTooHigh),
        (Params { jury: 0, ..p }, JuryTooLow),
        (Params { jury: 16, ..p }, JuryTooLarge),
        (Params { max_appeals: 5, ..p }, JuryTooLarge),
        (Params { max_appeals: u32::MAX, ..p }, JuryTooLarge),
        (Params { max_jurors: 0, ..p }, MaxJurorsTooLow),
        (Params { max_jurors: 1_025, ..p }, MaxJurorsTooHigh),
        (Params { stake_blocks: 0, ..p }, StakeBlocksTooLow),
        (Params { draw_blocks: 0, ..p }, DrawBlocksTooLow),
        (Params { commit_blocks: 0, ..p }, CommitBlocksTooLow),
        (Params { reveal_blocks: 0, ..p }, RevealBlocksTooLow),
        (Params { appeal_blocks: 0, ..p }, AppealBlocksTooLow),
        (Params { stake_blocks: long, ..p }, StakeBlocksTooHigh),
        (Params { draw_blocks: long, ..p }, DrawBlocksTooHigh),
        (Params { commit_blocks: long, ..p }, CommitBlocksTooHigh),
        (Params { reveal_blocks: long, ..p }, RevealBlocksTooHigh),
        (Params { appeal_blocks: long, ..p }, AppealBlocksTooHigh),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Oracle>(params(), &wrong_params());
}
