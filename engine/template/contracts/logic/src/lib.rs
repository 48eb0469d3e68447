//! A promise: members put down a deposit and get it back if they keep what they promised in time; whether
//! they did is for a judge to say.
//!
//! | message | who | what |
//! | --- | --- | --- |
//! | `join` | anyone, with the deposit | promises |
//! | `confirm` | the judge, in the member's window | says that the promise was kept |
//! | `settle` | anyone, after the window | credits the member, or the sink if the promise was broken |
//! | `collect` | anyone | pays an account what is credited to it |
//!
//! Intended is that members keep their promise. It pays as long as the deposit is more than what keeping
//! costs: that is for [`Params::deposit`] to say, and for the audit to see.
//!
//! What a payment depends on: the deposit and the window never change, and the window begins with the
//! block in which the member joins.
#![cfg_attr(not(feature = "std"), no_std)]

use carrots_kernel::accounts;
use carrots_kernel::sealed::MAX_WINDOW;

carrots_kernel::mechanism! {
    /// Members put down a deposit and get it back if they keep what they promised in time.
    mechanism Mine;

    params {
        /// what a member puts down
        deposit: Balance, "tokens", >= 1;
        /// in which the promise can be kept
        window_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
    }

    roles {
        /// Says which promises were kept.
        judge,
        /// Is credited with the deposits of broken promises.
        sink != judge,
    }

    storage {
        /// The state of the whole system.
        state: State;
        /// A member's promise.
        members: member(who: Id) -> Member;
    }

    messages {
        /// promise, with the deposit
        join(who, value, now) => Joined;
        /// judge: confirm that a promise was kept
        confirm(who, account: Id, now) => Confirmed(account);
        /// credit a member, or the sink if the promise was broken
        settle(account: Id, now) => Settled(account);
    }

    errors {
        /// The deposit is not what the parameters say.
        WrongDeposit,
        /// The caller is not the judge.
        NotJudge,
        /// The account has a promise that is not settled.
        AlreadyMember,
        /// The account has no promise.
        NotMember,
        /// It was confirmed already that the promise was kept.
        AlreadyConfirmed,
        /// The window is over.
        TooLate,
        /// The window is not over, and nothing is confirmed.
        TooEarly,
    }
}

carrots_kernel::records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// Promises that are not settled.
        pub open: u32,
    }

    /// A member's promise.
    #[derive(Default)]
    pub struct Member {
        /// The first block in which it is too late to keep the promise; zero if it is none.
        pub until: Block,
        /// Whether it was confirmed that it kept its promise.
        pub kept: bool,
    }

    /// Somebody joined.
    pub struct Joined {
        /// The first block in which it is too late to keep the promise.
        pub until: Block,
    }

    /// It was confirmed that a promise was kept.
    pub struct Confirmed {
        /// In which block.
        pub block: Block,
    }

    /// A promise was settled.
    pub struct Settled {
        /// Whether it was kept.
        pub kept: bool,
        /// What was credited.
        pub amount: Balance,
    }
}

/// Makes the caller a member, with `value` as its deposit.
pub fn join<D: Db>(db: &mut D, who: D::Id, value: Balance, now: Block) -> Result<Joined, Error> {
    let (params, mut state) = (db.params(), db.state());
    if value != params.deposit {
        return Err(Error::WrongDeposit);
    }
    if db.member(who) != Member::default() {
        return Err(Error::AlreadyMember);
    }
    state.open = state.open.saturating_add(1);
    let until = now.saturating_add(params.window_blocks);
    // After this point the call must succeed.
    db.set_state(state);
    db.set_member(who, Member { until, kept: false });
    Ok(Joined { until })
}

/// The judge, who calls, confirms that a member kept its promise.
pub fn confirm<D: Db>(
    db: &mut D,
    who: D::Id,
    account: D::Id,
    now: Block,
) -> Result<Confirmed, Error> {
    if who != db.roles().judge {
        return Err(Error::NotJudge);
    }
    let member = member(db, account)?;
    if member.kept {
        return Err(Error::AlreadyConfirmed);
    }
    if now >= member.until {
        return Err(Error::TooLate);
    }
    // After this point the call must succeed.
    db.set_member(account, Member { kept: true, ..member });
    Ok(Confirmed { block: now })
}

/// Settles a member's promise, once it is confirmed or its window is over.
pub fn settle<D: Db>(db: &mut D, account: D::Id, now: Block) -> Result<Settled, Error> {
    let (params, mut state, member) = (db.params(), db.state(), member(db, account)?);
    if !member.kept && now < member.until {
        return Err(Error::TooEarly);
    }
    state.open = state.open.saturating_sub(1);
    let payee = if member.kept { account } else { db.roles().sink };
    // After this point the call must succeed.
    db.set_state(state);
    db.set_member(account, Member::default());
    accounts::credit(db, payee, params.deposit);
    Ok(Settled { kept: member.kept, amount: params.deposit })
}

fn member<D: Db>(db: &D, who: D::Id) -> Result<Member, Error> {
    match db.member(who) {
        member if member == Member::default() => Err(Error::NotMember),
        member => Ok(member),
    }
}
