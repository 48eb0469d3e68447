//! The entries: load, decide, commit. Each is one message of the contract.

use super::{quadratic, Error as E, *};
use carrots_kernel::accounts;

carrots_kernel::records! {
    /// An amount that was added to the pool.
    pub struct Sponsored {
        /// Of the round in progress.
        pub round: Round,
        /// What was added.
        pub amount: Balance,
    }

    /// A project that was proposed.
    pub struct Proposed {
        /// Its number.
        pub project: ProjectId,
        /// The round in progress.
        pub round: Round,
        /// The hash of its text.
        pub text: Hash,
    }

    /// An amount that was contributed.
    pub struct Contributed {
        /// To which project.
        pub project: ProjectId,
        /// What was taken.
        pub amount: Balance,
        /// What the account has contributed to the project in all.
        pub total: Balance,
        /// What was not missing, and is credited to the account.
        pub returned: Balance,
    }

    /// A round that ended.
    pub struct RoundEnded {
        /// Which one.
        pub round: Round,
        /// What the pool gives its projects.
        pub given: Balance,
        /// What they wanted.
        pub wanted: Balance,
    }

    /// A project's funds, credited to its owner.
    pub struct Claimed {
        /// Which project.
        pub project: ProjectId,
        /// What was credited in all.
        pub amount: Balance,
        /// How much of it is the match.
        pub matched: Balance,
    }

    /// A pledge to a failed project, credited to the contributor.
    pub struct Refunded {
        /// Which project.
        pub project: ProjectId,
        /// The pledge.
        pub pledge: Balance,
        /// The bonus on top.
        pub bonus: Balance,
    }

    /// What a round left of a sponsor's tokens, credited to it.
    pub struct Withdrawn {
        /// Which round.
        pub round: Round,
        /// What was left.
        pub amount: Balance,
        /// What matches used.
        pub used: Balance,
    }
}

/// Begins the first round in block `now`.
pub fn genesis(now: Block) -> State {
    State { start: now, ..State::default() }
}

/// Adds `amount` to the pool of the round in progress, until its window is over. Errs with `NoPool`,
/// `Zero` or `RoundOver`.
pub fn sponsor<D: Db>(
    db: &mut D,
    who: D::Id,
    amount: Balance,
    now: Block,
) -> Result<Sponsored, Error> {
    let (params, mut state) = (db.params(), db.state());
    if params.kind == Kind::Assurance {
        return Err(E::NoPool);
    }
    if amount == 0 {
        return Err(E::Zero);
    }
    if state.over(&params, now) {
        return Err(E::RoundOver);
    }
    let round = state.round;
    // The contract holds all three sums: they fit.
    state.pool = state.pool.saturating_add(amount);
    state.sponsored = state.sponsored.saturating_add(amount);
    let sponsorship = db.sponsorship(who, round).saturating_add(amount);
    // After this point the call must succeed.
    db.set_state(state);
    db.set_sponsorship(who, round, sponsorship);
    Ok(Sponsored { round, amount })
}

/// Makes the caller the owner of the next project of the round in progress, for exactly
/// [`Params::price`]; `text` is the hash of what it is for.
///
/// Errs with `RoundOver` or `WrongDeposit`.
pub fn propose<D: Db>(
    db: &mut D,
    who: D::Id,
    text: Hash,
    amount: Balance,
    now: Block,
) -> Result<Proposed, Error> {
    let (params, mut state) = (db.params(), db.state());
    if state.over(&params, now) {
        return Err(E::RoundOver);
    }
    if amount != params.price() {
        return Err(E::WrongDeposit);
    }
    let (project, round) = (state.next, state.round);
    // No chain has room for 2^64 calls.
    state.next = project.saturating_add(1);
    let record = Project {
        owner: who,
        round,
        text,
        contributors: 0,
        deposit: amount,
        raised: 0,
        roots: 0,
        bonuses: 0,
    };
    // After this point the call must succeed.
    db.set_state(state);
    db.set_project(project, Some(record));
    Ok(Proposed { project, round, text })
}

/// Contributes `amount` to a project of the round in progress; for assurance, pledges as much of it
/// as is missing, and credits the rest to the caller.
///
/// Errs with `NoProject`, `RoundOver`, `ContributionTooLow`, `ThresholdMet`, `ContributorsFull` or
/// `ContributionTooHigh`.
pub fn contribute<D: Db>(
    db: &mut D,
    who: D::Id,
    project: ProjectId,
    amount: Balance,
    now: Block,
) -> Result<Contributed, Error> {
    let (params, mut state) = (db.params(), db.state());
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.round != state.round || state.over(&params, now) {
        return Err(E::RoundOver);
    }
    let (old, before) = (record, db.contribution(who, project));
    let taken = record.contribute(&params, before, amount)?;
    let total = before.saturating_add(taken);
    if params.kind != Kind::Assurance {
        state.raise(taken)?;
    }
    // After this point the call must succeed.
    db.set_project(project, Some(record));
    db.set_contribution(who, project, total);
    let returned = amount.saturating_sub(taken);
    accounts::credit(db, who, returned);
    match params.kind {
        Kind::Quadratic => {
            let ideal = |of: Project<D::Id>| quadratic::ideal_down(of.roots, of.raised);
            state.wanted = state.wanted.saturating_sub(ideal(old)).saturating_add(ideal(record));
            db.set_state(state);
        }
        Kind::Pairwise => {
            let (root, number) = (quadratic::root_down(total), enrol(db, who, &mut state));
            let added = root.saturating_sub(quadratic::root_down(before));
            let backer = Backer { number, root };
            let place = pair_up(db, &params, &mut state, project, old.contributors, backer, added);
            db.set_backer(project, place, backer);
            db.set_state(state);
        }
        Kind::Assurance => {}
    }
    Ok(Contributed { project, amount: taken, total, returned })
}

/// An account's number in the round in progress: its own, or the next.
fn enrol<D: Db>(db: &mut D, who: D::Id, state: &mut State) -> u32 {
    let number = db.number(who, state.round);
    if number > 0 {
        return number;
    }
    // No window has room for 2^32 calls.
    state.contributors = state.contributors.saturating_add(1);
    db.set_number(who, state.round, state.contributors);
    state.contributors
}

/// Adds what a backer of a project, whose root grew by `added`, has more in common with each of the
/// others in the first `places`, and what that brings to what the round wants. Gives the backer's
/// place: its own, or the next.
fn pair_up<D: Db>(
    db: &mut D,
    params: &Params,
    state: &mut State,
    project: ProjectId,
    places: u32,
    backer: Backer,
    added: u128,
) -> u32 {
    let mut own = places;
    for place in 0..places {
        let other = db.backer(project, place);
        if other.number == backer.number {
            own = place;
            continue;
        }
        let (low, high) = (backer.number.min(other.number), backer.number.max(other.number));
        let before = db.pair(state.round, low, high);
        let after = before.saturating_add(quadratic::common(added, other.root));
        db.set_pair(state.round, low, high, after);
        let brings = |common| quadratic::pair_down(params.pairwise_bound, common, common);
        state.wanted = state.wanted.saturating_sub(brings(before)).saturating_add(brings(after));
    }
    own
}

/// A project's ideal match, rounded down: known once the window of its round is over.
pub fn ideal_down<D: Db>(db: &D, project: ProjectId, record: &Project<D::Id>) -> Balance {
    let params = db.params();
    match params.kind {
        Kind::Quadratic => quadratic::ideal_down(record.roots, record.raised),
        Kind::Pairwise => pairwise_down(db, params.pairwise_bound, project, record),
        Kind::Assurance => 0,
    }
}

/// The ideal pairwise match: over all pairs of the at most [`MAX_CONTRIBUTORS`] places.
fn pairwise_down<D: Db>(
    db: &D,
    bound: Balance,
    project: ProjectId,
    record: &Project<D::Id>,
) -> Balance {
    let mut backers = [Backer::default(); MAX_CONTRIBUTORS as usize];
    for (backer, place) in backers.iter_mut().zip(0..record.contributors) {
        *backer = db.backer(project, place);
    }
    let mut sum = 0u128;
    for (place, a) in backers.iter().enumerate() {
        for b in backers.iter().take(place).filter(|_| a.number > 0) {
            let (low, high) = (a.number.min(b.number), a.number.max(b.number));
            let everywhere = db.pair(record.round, low, high);
            let here = quadratic::common(a.root, b.root);
            // At most 2^111 for each of 2^9 pairs: no overflow.
            sum = sum.saturating_add(quadratic::pair_down(bound, here, everywhere));
        }
    }
    quadratic::pairs_down(sum)
}

/// Ends the round in progress, for anyone, once its window is over, and begins the next in block
/// `now`.
///
/// The pool gives what the projects want, at most all of it. Errs with `RoundNotOver`.
pub fn end_round<D: Db>(db: &mut D, now: Block) -> Result<RoundEnded, Error> {
    let (params, state) = (db.params(), db.state());
    if !state.over(&params, now) {
        return Err(E::RoundNotOver);
    }
    let (round, mut outcome) = (state.round, state.outcome(&params));
    let Outcome { given, wanted, .. } = outcome;
    let next = State {
        // A round lasts for at least a block: their numbers do not run out before those of blocks.
        round: round.saturating_add(1),
        start: now,
        first: state.next,
        next: state.next,
        pool: outcome.left(),
        ..State::default()
    };
    // After this point the call must succeed.
    db.set_state(next);
    db.set_outcome(round, outcome);
    Ok(RoundEnded { round, given, wanted })
}

/// Credits the owner of a project, for anyone, once its round has ended: with the deposit, what
/// is left of the reserve, and if it is funded with the contributions and the match.
///
/// The match is rounded down. Errs with `NoProject`, `RoundInProgress` or `AlreadyClaimed`.
pub fn claim<D: Db>(db: &mut D, project: ProjectId) -> Result<Claimed, Error> {
    let state = db.state();
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.round == state.round {
        return Err(E::RoundInProgress);
    }
    if record.deposit == 0 {
        return Err(E::AlreadyClaimed);
    }
    let mut outcome = db.outcome(record.round);
    let (matched, left) = outcome.claim(ideal_down(db, project, &record));
    let amount = record.claim(&db.params()).saturating_add(matched);
    // After this point the call must succeed.
    add_to_the_pool(db, state, left);
    db.set_outcome(record.round, outcome);
    db.set_project(project, Some(record));
    accounts::credit(db, record.owner, amount);
    Ok(Claimed { project, amount, matched })
}

/// Credits a contributor of a failed project, for anyone, with its pledge and the bonus, rounded
/// down.
///
/// Errs with `NoProject`, `RoundInProgress`, `NotFailed` or `NothingToRefund`.
pub fn refund<D: Db>(
    db: &mut D,
    contributor: D::Id,
    project: ProjectId,
) -> Result<Refunded, Error> {
    let params = db.params();
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.round == db.state().round {
        return Err(E::RoundInProgress);
    }
    if !record.failed(&params) {
        return Err(E::NotFailed);
    }
    let pledge = db.contribution(contributor, project);
    if pledge == 0 {
        return Err(E::NothingToRefund);
    }
    let bonus = record.refund(&params, pledge);
    // After this point the call must succeed.
    db.set_project(project, Some(record));
    db.set_contribution(contributor, project, 0);
    accounts::credit(db, contributor, pledge.saturating_add(bonus));
    Ok(Refunded { project, pledge, bonus })
}

/// Credits a sponsor, for anyone, with what a round left of its tokens once it has ended, rounded
/// down.
///
/// Errs with `NothingToWithdraw` or `RoundInProgress`.
pub fn withdraw<D: Db>(db: &mut D, sponsor: D::Id, round: Round) -> Result<Withdrawn, Error> {
    let (state, sponsored) = (db.state(), db.sponsorship(sponsor, round));
    if sponsored == 0 {
        return Err(E::NothingToWithdraw);
    }
    if state.round == round {
        return Err(E::RoundInProgress);
    }
    let mut outcome = db.outcome(round);
    let (amount, left) = outcome.withdraw(sponsored);
    // After this point the call must succeed.
    add_to_the_pool(db, state, left);
    db.set_outcome(round, outcome);
    db.set_sponsorship(sponsor, round, 0);
    accounts::credit(db, sponsor, amount);
    Ok(Withdrawn { round, amount, used: sponsored.saturating_sub(amount) })
}

/// What rounding left of an earlier pool goes to that of the round in progress.
fn add_to_the_pool<D: Db>(db: &mut D, mut state: State, left: Balance) {
    if left > 0 {
        state.pool = state.pool.saturating_add(left);
        db.set_state(state);
    }
}
