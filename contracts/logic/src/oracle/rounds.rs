//! The entries that take a question through its rounds: load, decide, commit. Each is one message
//! of the contract.

use super::verdict::{self, Count, Split, Standing};
use super::{tree, Error as E, *};
use carrots_kernel::accounts;
use carrots_kernel::math::mul_div_down;
use carrots_kernel::sealed::{self, Phase};

/// Asks a question, for exactly the fee of its jury. `text` is the hash of what is asked, in words:
/// who votes reads the text and compares its hash.
///
/// Errs with `WrongOptions` or `WrongFee`.
pub fn ask<D: Db>(
    db: &mut D,
    who: D::Id,
    kind: Kind,
    text: Hash,
    amount: Balance,
    now: Block,
) -> Result<Asked, Error> {
    if !kind.valid() {
        return Err(E::WrongOptions);
    }
    let (params, mut state) = (db.params(), db.state());
    let jury = hire(&params, who, 0, amount)?;
    let question = state.questions;
    // It never comes that far.
    state.questions = question.saturating_add(1);
    let record = Question {
        asker: who,
        kind,
        text,
        status: Status::Drawing,
        since: now,
        round: 0,
        settled: 0,
        outcome: Outcome::Pending,
        decided: 0,
        votes: 0,
    };
    // After this point the call must succeed.
    db.set_state(state);
    db.set_question(question, Some(record));
    db.set_jury(question, 0, Some(jury));
    Ok(Asked { question, text, wanted: jury.wanted })
}

/// A jury that is paid for, to be drawn.
fn hire<Id>(params: &Params, payer: Id, round: u32, fee: Balance) -> Result<Jury<Id>, Error> {
    let wanted = params.jury_of(round);
    if fee != params.fee_of(wanted) {
        return Err(E::WrongFee);
    }
    Ok(Jury { payer, fee, wanted, votes: 0, seats: 0 })
}

/// A question and the jury of its round.
type Round<Id> = (Question<Id>, Jury<Id>);

/// A question and the jury of its round, if it stands as expected.
fn load<D: Db>(
    db: &D,
    question: u64,
    status: Status,
    otherwise: Error,
) -> Result<Round<D::Id>, Error> {
    let record = db.question(question).ok_or(E::NoQuestion)?;
    if record.status != status {
        return Err(otherwise);
    }
    // It is there until the round is settled.
    let jury = db.jury(question, record.round).ok_or(otherwise)?;
    Ok((record, jury))
}

/// Draws the jury that a question waits for, vote by vote, in the first drawing phase after the
/// question or appeal. Jurors may commit from this block on.
///
/// Each vote is drawn evenly from all that are left, but for a bias below their number over 2^64,
/// and locks the stake that backs it. Where too few are left the jury is smaller, and the payer is
/// credited with the rest of the fee. A jury that could not change the outcome if all its votes were
/// revealed is not seated: it is as if none were left. Errs with `NotBeacon`, `NoQuestion`,
/// `NotDrawing` or `DrawClosed`.
pub fn draw<D: Db>(
    db: &mut D,
    who: D::Id,
    question: u64,
    seed: Hash,
    now: Block,
) -> Result<Drawn, Error> {
    if who != db.roles().beacon {
        return Err(E::NotBeacon);
    }
    let (record, mut jury) = load(db, question, Status::Drawing, E::NotDrawing)?;
    let params = db.params();
    let (opens, closes) = params.draw_window(record.since);
    if now < opens || now >= closes {
        return Err(E::DrawClosed);
    }
    let there = u32::try_from(tree::total(db, &params)).unwrap_or(u32::MAX).min(jury.wanted);
    let seated = if there > record.votes { there } else { 0 };
    // After this point the call must succeed.
    for number in 0..seated {
        let total = tree::total(db, &params);
        let vote = pick_down(db, &(seed, question, record.round, number), total);
        let leaf = tree::find(db, &params, vote);
        if let Some(juror) = db.leaf(leaf) {
            seat(db, &params, juror, question, record.round, &mut jury);
        }
    }
    Ok(begin(db, &params, question, record, jury, now))
}

/// A number below `total`: the first eight bytes of the hash, little-endian, times `total` by
/// 2^64, rounded down.
fn pick_down<D: Db>(db: &D, domain: &impl carrots_kernel::scale::Encode, total: u64) -> u64 {
    let hash = domain.using_encoded(|bytes| db.hash(bytes));
    let random = hash.iter().take(8).rev().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let vote = mul_div_down(random.into(), total.into(), 1 << 64);
    vote.and_then(|vote| u64::try_from(vote).ok()).unwrap_or(0)
}

/// Gives a juror one more vote of a jury, backed by stake that it has free.
fn seat<D: Db>(
    db: &mut D,
    params: &Params,
    who: D::Id,
    question: u64,
    round: u32,
    jury: &mut Jury<D::Id>,
) {
    let (before, mut seat) = (db.juror(who), db.seat(who, question, round));
    if seat.votes == 0 {
        db.set_seat_of(question, round, jury.seats, Some(who));
        jury.seats = jury.seats.saturating_add(1);
    }
    seat.votes = seat.votes.saturating_add(1);
    jury.votes = jury.votes.saturating_add(1);
    db.set_seat(who, question, round, seat);
    let locked = before.locked.saturating_add(params.absent_loss);
    tree::store(db, params, who, before, Juror { locked, ..before });
}

/// Lets a jury vote, and gives its payer back what was paid for votes that were not drawn. Without
/// any vote a first round ends the question; an appeal is over, and what came before it stands.
fn begin<D: Db>(
    db: &mut D,
    params: &Params,
    question: u64,
    mut record: Question<D::Id>,
    mut jury: Jury<D::Id>,
    now: Block,
) -> Drawn {
    let Jury { payer, votes, seats, .. } = jury;
    let refund = jury.fee.saturating_sub(params.fee_of(votes));
    jury.fee = jury.fee.saturating_sub(refund);
    record.since = now;
    record.status = match (votes, record.round) {
        (0, 0) => Status::Settled,
        (0, _) => Status::Tallied,
        _ => Status::Voting,
    };
    let ended = record.status == Status::Settled;
    if ended {
        record.outcome = Outcome::NoJury;
        record.settled = 1;
    }
    accounts::credit(db, payer, refund);
    db.set_question(question, Some(record));
    db.set_jury(question, record.round, (!ended).then_some(jury));
    Drawn { question, round: record.round, votes, seats, refund }
}

/// Ends, for anyone, the wait for a jury that was not drawn in its drawing phase, as if nobody
/// could be drawn: a beacon that is silent locks nothing.
///
/// Errs with `NoQuestion`, `NotDrawing` or `DrawOpen`.
pub fn expire<D: Db>(db: &mut D, question: u64, now: Block) -> Result<Drawn, Error> {
    let (record, jury) = load(db, question, Status::Drawing, E::NotDrawing)?;
    let params = db.params();
    let (_, closes) = params.draw_window(record.since);
    if now < closes {
        return Err(E::DrawOpen);
    }
    // After this point the call must succeed.
    Ok(begin(db, &params, question, record, jury, now))
}

/// A question whose jury votes and is in this phase, and the caller's seat in it.
fn load_seat<D: Db>(
    db: &D,
    who: D::Id,
    question: u64,
    phase: Phase,
    otherwise: Error,
    now: Block,
) -> Result<(Question<D::Id>, Seat), Error> {
    let (record, _) = load(db, question, Status::Voting, otherwise)?;
    let params = db.params();
    if sealed::phase(record.since, params.commit_blocks, params.reveal_blocks, now) != phase {
        return Err(otherwise);
    }
    let seat = db.seat(who, question, record.round);
    if seat.votes == 0 {
        return Err(E::NotSeated);
    }
    Ok((record, seat))
}

/// Commits the caller to an answer, once: the [`sealed::commitment`] of its round to the question
/// and the answer.
///
/// Errs with `NoQuestion`, `NotCommitting`, `NotSeated` or `AlreadyCommitted`.
pub fn commit<D: Db>(
    db: &mut D,
    who: D::Id,
    question: u64,
    commitment: Hash,
    now: Block,
) -> Result<Committed, Error> {
    let (record, seat) = load_seat(db, who, question, Phase::Commit, E::NotCommitting, now)?;
    if seat.ballot != Ballot::Empty {
        return Err(E::AlreadyCommitted);
    }
    // After this point the call must succeed.
    let ballot = Ballot::Sealed(commitment);
    db.set_seat(who, question, record.round, Seat { ballot, ..seat });
    Ok(Committed { question, round: record.round, votes: seat.votes })
}

/// Reveals the answer that the caller committed to.
///
/// Errs with `NoQuestion`, `NotRevealing`, `NotSeated`, `NotCommitted`, `AlreadyRevealed`,
/// `WrongAnswer` or `WrongReveal`.
pub fn reveal<D: Db>(
    db: &mut D,
    who: D::Id,
    question: u64,
    answer: u128,
    salt: Salt,
    now: Block,
) -> Result<Revealed, Error> {
    let (record, seat) = load_seat(db, who, question, Phase::Reveal, E::NotRevealing, now)?;
    let commitment = match seat.ballot {
        Ballot::Empty => return Err(E::NotCommitted),
        Ballot::Open(_) => return Err(E::AlreadyRevealed),
        Ballot::Sealed(commitment) => commitment,
    };
    if !record.kind.accepts(answer) {
        return Err(E::WrongAnswer);
    }
    let round = record.round;
    if commitment != sealed::commitment(db, who, round, &(question, answer), &salt) {
        return Err(E::WrongReveal);
    }
    // After this point the call must succeed.
    db.set_seat(who, question, round, Seat { ballot: Ballot::Open(answer), ..seat });
    Ok(Revealed { question, round, votes: seat.votes, answer })
}

/// Everyone who has a seat in a jury.
type Bench<Id> = [Option<(Id, Seat)>; MAX_JURY as usize];

fn bench<D: Db>(db: &D, question: u64, round: u32, seats: u32) -> Bench<D::Id> {
    let mut bench = [None; MAX_JURY as usize];
    for (place, index) in bench.iter_mut().zip(0..seats) {
        let juror = db.seat_of(question, round, index);
        *place = juror.map(|who| (who, db.seat(who, question, round)));
    }
    bench
}

/// Tallies a round, for anyone, once its windows are over. The outcome of an appeal replaces the one
/// before if more votes were revealed for it: a jury that is silent turns nothing. The outcome may be
/// appealed from this block on.
///
/// Errs with `NoQuestion`, `NotVoting` or `VotingOpen`.
pub fn tally<D: Db>(db: &mut D, question: u64, now: Block) -> Result<Tallied, Error> {
    let (mut record, jury) = load(db, question, Status::Voting, E::NotVoting)?;
    let (params, round) = (db.params(), record.round);
    let phase = sealed::phase(record.since, params.commit_blocks, params.reveal_blocks, now);
    if phase != Phase::Over {
        return Err(E::VotingOpen);
    }
    let bench = bench(db, question, round, jury.seats);
    let seats = bench.iter().flatten().map(|(_, seat)| *seat);
    let (outcome, votes) = verdict::outcome(record.kind, seats);
    if round == 0 || votes > record.votes {
        (record.outcome, record.decided, record.votes) = (outcome, round, votes);
    }
    (record.status, record.since) = (Status::Tallied, now);
    // After this point the call must succeed.
    db.set_question(question, Some(record));
    Ok(Tallied { question, round, outcome, votes })
}

/// Whether an outcome may be appealed in block `now`, or why not.
fn appealable<Id>(params: &Params, record: &Question<Id>, now: Block) -> Result<(), Error> {
    if record.round >= params.max_appeals {
        return Err(E::NoAppealLeft);
    }
    if now.saturating_sub(record.since) >= params.appeal_blocks {
        return Err(E::AppealClosed);
    }
    Ok(())
}

/// Appeals, for anyone, for exactly the fee of the next jury. It is the jury's, but for what votes that
/// are not seated would earn; see [`settle`] for what an appeal that shows a jury to be wrong gets.
///
/// Errs with `NoQuestion`, `NotTallied`, `NoAppealLeft`, `AppealClosed` or `WrongFee`.
pub fn appeal<D: Db>(
    db: &mut D,
    who: D::Id,
    question: u64,
    amount: Balance,
    now: Block,
) -> Result<Appealed, Error> {
    let mut record = db.question(question).ok_or(E::NoQuestion)?;
    if record.status != Status::Tallied {
        return Err(E::NotTallied);
    }
    let params = db.params();
    appealable(&params, &record, now)?;
    let round = record.round.saturating_add(1);
    let jury = hire(&params, who, round, amount)?;
    (record.round, record.status, record.since) = (round, Status::Drawing, now);
    // After this point the call must succeed.
    db.set_question(question, Some(record));
    db.set_jury(question, round, Some(jury));
    Ok(Appealed { question, round, wanted: jury.wanted })
}

/// Settles, for anyone, the first round that is not settled, once the outcome is final, outside
/// of drawing phases: unlocks what backed its votes, takes what incoherent and absent votes lose,
/// and gives the coherent votes that and the fee. In a round after the one that gave the outcome,
/// every revealed vote is coherent.
///
/// Where none is, the payer gets the fee back, and whoever paid the next round gets what the incoherent
/// lost, up to what that cost, if that round gave the outcome. The sink has the rest, and the fees of
/// an undecided question.
///
/// Errs with `NoQuestion`, `NotTallied`, `AppealOpen` or `StakesFrozen`.
pub fn settle<D: Db>(db: &mut D, question: u64, now: Block) -> Result<Settled, Error> {
    let mut record = db.question(question).ok_or(E::NoQuestion)?;
    if record.status != Status::Tallied {
        return Err(E::NotTallied);
    }
    let (params, round) = (db.params(), record.settled);
    if appealable(&params, &record, now).is_ok() {
        return Err(E::AppealOpen);
    }
    if params.drawing(now) {
        return Err(E::StakesFrozen);
    }
    // It is there until the round is settled.
    let jury = db.jury(question, round).ok_or(E::NotTallied)?;
    let bench = bench(db, question, round, jury.seats);
    let stands = |seat: &Seat| match round > record.decided {
        true => verdict::standing_unheard(seat.ballot),
        false => verdict::standing(record.kind, params.tolerance, record.outcome, seat.ballot),
    };
    let mut count = Count::default();
    for (_, seat) in bench.iter().flatten() {
        count.add(stands(seat), seat.votes);
    }
    let next = round.saturating_add(1);
    let appeal = db.jury(question, next).filter(|_| next == record.decided);
    let split = verdict::split(&params, count, jury.fee, appeal.map_or(0, |appeal| appeal.fee));
    // After this point the call must succeed.
    for (index, (who, seat)) in (0..).zip(bench.iter().flatten()) {
        release(db, &params, *who, seat.votes, stands(seat), &split);
        db.set_seat(*who, question, round, Seat::default());
        db.set_seat_of(question, round, index, None);
    }
    if let Some(appeal) = appeal {
        accounts::credit(db, appeal.payer, split.reward);
    }
    accounts::credit(db, db.roles().sink, split.rest);
    accounts::credit(db, jury.payer, split.refund);
    record.settled = next;
    if record.settled > record.round {
        record.status = Status::Settled;
    }
    db.set_question(question, Some(record));
    db.set_jury(question, round, None);
    Ok(Settled {
        question,
        round,
        outcome: record.outcome,
        coherent: count.coherent,
        lost: split.lost,
        stake_per_vote: split.stake_per_vote,
        fee_per_vote: split.fee_per_vote,
        reward: split.reward,
    })
}

/// Unlocks what backed a juror's votes, with what they earned or lost.
fn release<D: Db>(
    db: &mut D,
    params: &Params,
    who: D::Id,
    votes: u32,
    standing: Standing,
    split: &Split,
) {
    let times = |amount| mul_div_down(amount, votes.into(), 1).unwrap_or(0);
    let (earned, fee, lost) = match standing {
        Standing::Coherent => (times(split.stake_per_vote), times(split.fee_per_vote), 0),
        Standing::Incoherent => (0, 0, times(params.incoherent_loss())),
        Standing::Absent => (0, 0, times(params.absent_loss)),
        Standing::Unjudged => (0, 0, 0),
    };
    let before = db.juror(who);
    let stake = before.stake.saturating_add(earned).saturating_sub(lost);
    let locked = before.locked.saturating_sub(times(params.absent_loss));
    tree::store(db, params, who, before, Juror { stake, locked, ..before });
    accounts::credit(db, who, fee);
}
