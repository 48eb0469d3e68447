//! The entries: load, decide, commit. Each is one message of the contract.

use super::{quadratic, Error as E, *};
use carrots_kernel::accounts;

carrots_kernel::records! {
    /// An amount that was added to the pool.
    pub struct Sponsored {
        /// What was added.
        pub amount: Balance,
    }

    /// A project that was proposed.
    pub struct Proposed {
        /// Its number.
        pub project: ProjectId,
        /// The round in progress.
        pub round: Round,
    }

    /// An amount that was contributed.
    pub struct Contributed {
        /// To which project.
        pub project: ProjectId,
        /// What was added.
        pub amount: Balance,
        /// What the account has contributed to the project in all.
        pub total: Balance,
    }

    /// A project that was tallied.
    pub struct Tallied {
        /// Which one.
        pub project: ProjectId,
        /// What became of it.
        pub status: Status,
        /// What was contributed to it.
        pub raised: Balance,
        /// Its ideal match.
        pub matched: Balance,
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
}

/// Begins the first round in block `now`.
pub fn genesis(now: Block) -> State {
    State { start: now, ..State::default() }
}

/// Adds `amount` to the pool, at any time. Errs with `NoPool` or `Zero`.
pub fn sponsor<D: Db>(db: &mut D, amount: Balance) -> Result<Sponsored, Error> {
    if db.params().kind == Kind::Assurance {
        return Err(E::NoPool);
    }
    if amount == 0 {
        return Err(E::Zero);
    }
    let mut state = db.state();
    // The contract holds the sum: it fits.
    state.pool = state.pool.saturating_add(amount);
    // After this point the call must succeed.
    db.set_state(state);
    Ok(Sponsored { amount })
}

/// Makes the caller the owner of the next project of the round in progress, for exactly
/// [`Params::price`].
///
/// Errs with `RoundOver`, `WrongDeposit` or `ProjectsFull`, which also says that there are no
/// numbers left.
pub fn propose<D: Db>(
    db: &mut D,
    who: D::Id,
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
    if state.projects() >= params.max_projects {
        return Err(E::ProjectsFull);
    }
    let (project, round) = (state.next, state.round);
    state.next = project.checked_add(1).ok_or(E::ProjectsFull)?;
    let record = Project {
        owner: who,
        round,
        status: Status::Open,
        contributors: 0,
        deposit: amount,
        raised: 0,
        roots: 0,
        matched: 0,
        bonuses: 0,
    };
    // After this point the call must succeed.
    db.set_state(state);
    db.set_project(project, Some(record));
    Ok(Proposed { project, round })
}

/// Contributes `amount` to a project of the round in progress; for assurance, pledges it.
///
/// Errs with `NoProject`, `RoundOver`, `ContributionTooLow`, `ThresholdMet`, `PledgeTooHigh`,
/// `ContributionTooHigh` or `ContributorsFull`.
pub fn contribute<D: Db>(
    db: &mut D,
    who: D::Id,
    project: ProjectId,
    amount: Balance,
    now: Block,
) -> Result<Contributed, Error> {
    let (params, state) = (db.params(), db.state());
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.round != state.round || state.over(&params, now) {
        return Err(E::RoundOver);
    }
    let (before, others) = (db.contribution(who, project), record.contributors);
    let total = record.contribute(&params, before, amount)?;
    // After this point the call must succeed.
    db.set_project(project, Some(record));
    db.set_contribution(who, project, total);
    if params.kind == Kind::Pairwise {
        let (root, number) = (quadratic::root_down(total), enrol(db, who, state));
        let added = root.saturating_sub(quadratic::root_down(before));
        pair_up(db, state.round, project, others, Backer { number, root }, added);
    }
    Ok(Contributed { project, amount, total })
}

/// An account's number in the round in progress: its own, or the next.
fn enrol<D: Db>(db: &mut D, who: D::Id, mut state: State) -> u32 {
    let number = db.number(who, state.round);
    if number > 0 {
        return number;
    }
    // At most MAX_PROJECTS * MAX_PAIRWISE_CONTRIBUTORS.
    state.contributors = state.contributors.saturating_add(1);
    db.set_number(who, state.round, state.contributors);
    db.set_state(state);
    state.contributors
}

/// Writes a backer of a project, whose root grew by `added`, to its place, or to the next after
/// `places`, and adds what it has more in common with each of the others.
fn pair_up<D: Db>(
    db: &mut D,
    round: Round,
    project: ProjectId,
    places: u32,
    backer: Backer,
    added: u128,
) {
    let mut own = places;
    for place in 0..places {
        let other = db.backer(project, place);
        if other.number == backer.number {
            own = place;
            continue;
        }
        let (low, high) = (backer.number.min(other.number), backer.number.max(other.number));
        // At most 2^120 for each of MAX_PROJECTS: no overflow.
        let common = db.pair(round, low, high);
        let common = common.saturating_add(quadratic::common(added, other.root));
        db.set_pair(round, low, high, common);
    }
    db.set_backer(project, own, backer);
}

/// Computes, for anyone, the ideal match of a project once the window of its round is over, and
/// fixes whether it is funded.
///
/// Errs with `NoProject`, `AlreadyTallied` or `RoundNotOver`.
pub fn tally<D: Db>(db: &mut D, project: ProjectId, now: Block) -> Result<Tallied, Error> {
    let (params, mut state) = (db.params(), db.state());
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.status != Status::Open {
        return Err(E::AlreadyTallied);
    }
    if !state.over(&params, now) {
        return Err(E::RoundNotOver);
    }
    let matched = match params.kind {
        Kind::Quadratic => quadratic::ideal_down(record.roots, record.raised),
        Kind::Pairwise => pairwise_down(db, params.pairwise_bound, project, &record),
        Kind::Assurance => 0,
    };
    record.tally(&params, matched);
    state.tallied = state.tallied.saturating_add(1);
    // At most 2^120 for each of MAX_PROJECTS: no overflow.
    state.wanted = state.wanted.saturating_add(matched);
    // After this point the call must succeed.
    db.set_state(state);
    db.set_project(project, Some(record));
    Ok(Tallied { project, status: record.status, raised: record.raised, matched })
}

/// The ideal pairwise match: over all pairs of the at most [`MAX_PAIRWISE_CONTRIBUTORS`] places.
fn pairwise_down<D: Db>(
    db: &D,
    bound: Balance,
    project: ProjectId,
    record: &Project<D::Id>,
) -> Balance {
    let mut backers = [Backer::default(); MAX_PAIRWISE_CONTRIBUTORS as usize];
    for (backer, place) in backers.iter_mut().zip(0..record.contributors) {
        *backer = db.backer(project, place);
    }
    let mut sum = 0u128;
    for (place, a) in backers.iter().enumerate() {
        for b in backers.iter().take(place).filter(|_| a.number > 0) {
            let (low, high) = (a.number.min(b.number), a.number.max(b.number));
            let everywhere = db.pair(record.round, low, high);
            let here = quadratic::common(a.root, b.root);
            // At most 2^105 for each of 2^9 pairs: no overflow.
            sum = sum.saturating_add(quadratic::pair_down(bound, here, everywhere));
        }
    }
    quadratic::pairs_down(sum)
}

/// Ends the round in progress, for anyone, once its window is over and all its projects are
/// tallied, and begins the next in block `now`.
///
/// The pool gives what the projects want, at most all of it. Errs with `RoundNotOver` or
/// `TallyOpen`.
pub fn end_round<D: Db>(db: &mut D, now: Block) -> Result<RoundEnded, Error> {
    let (params, state) = (db.params(), db.state());
    if !state.over(&params, now) {
        return Err(E::RoundNotOver);
    }
    if state.tallied < state.projects() {
        return Err(E::TallyOpen);
    }
    let (round, wanted) = (state.round, state.wanted);
    let given = wanted.min(state.pool);
    let outcome = Outcome { given, wanted, unclaimed: given, open: state.projects() };
    // A round lasts for at least a block: their numbers do not run out before those of blocks.
    let next = State {
        round: round.saturating_add(1),
        start: now,
        first: state.next,
        next: state.next,
        pool: state.pool.saturating_sub(given),
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
/// The match is rounded down; what rounding left of the given goes back to the pool with the last
/// claim. Errs with `NoProject`, `RoundInProgress` or `AlreadyClaimed`.
pub fn claim<D: Db>(db: &mut D, project: ProjectId) -> Result<Claimed, Error> {
    let mut state = db.state();
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.round == state.round {
        return Err(E::RoundInProgress);
    }
    if record.deposit == 0 {
        return Err(E::AlreadyClaimed);
    }
    let mut outcome = db.outcome(record.round);
    let (matched, left) = outcome.claim(record.matched);
    let amount = record.claim().saturating_add(matched);
    state.pool = state.pool.saturating_add(left);
    // After this point the call must succeed.
    if left > 0 {
        db.set_state(state);
    }
    db.set_outcome(record.round, outcome);
    db.set_project(project, Some(record));
    accounts::credit(db, record.owner, amount);
    Ok(Claimed { project, amount, matched })
}

/// Credits a contributor of a failed project, for anyone, with its pledge and the bonus, rounded
/// down.
///
/// Errs with `NoProject`, `NotFailed` or `NothingToRefund`.
pub fn refund<D: Db>(
    db: &mut D,
    contributor: D::Id,
    project: ProjectId,
) -> Result<Refunded, Error> {
    let mut record = db.project(project).ok_or(E::NoProject)?;
    if record.status != Status::Failed {
        return Err(E::NotFailed);
    }
    let pledge = db.contribution(contributor, project);
    if pledge == 0 {
        return Err(E::NothingToRefund);
    }
    let bonus = record.refund(&db.params(), pledge);
    // After this point the call must succeed.
    db.set_project(project, Some(record));
    db.set_contribution(contributor, project, 0);
    accounts::credit(db, contributor, pledge.saturating_add(bonus));
    Ok(Refunded { project, pledge, bonus })
}
