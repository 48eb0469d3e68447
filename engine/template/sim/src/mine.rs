//! Promises in memory: the rules over vectors.

use carrots::model::{
    Address, Agent, ByAgent, Cells, Found, Model, Names, StateError, empty, sum,
};
use carrots::{accounts, cloned, messages};
use carrots_kernel::{Balance, tables};
use mine_logic::{self as rules, *};
use scale::Encode;

/// The first agents: who says which promises were kept, and who gets the deposits of the others.
pub const JUDGE: Agent = 0;
#[allow(missing_docs)]
pub const SINK: Agent = 1;

messages! {
    Mine, Error, (db, who, value, now);
    receipts: Joined, Confirmed, Settled, Paid;

    /// promise, with the deposit
    join: Join() {} + tokens => Joined as Joined = rules::join(db, who, value, now);

    /// judge: confirm that a promise was kept
    confirm: Confirm(account) {} => Confirmed as Confirmed(account)
        = rules::confirm(db, who, account, now);

    /// credit a member, or the sink if the promise was broken
    settle: Settle(account) {} => Settled as Settled(account) = rules::settle(db, account, now);

    /// pay an account what is credited to it
    collect: Collect(account) {} => Paid as Collected(account), pays account
        = rules::collect(db, account);
}

/// The records in memory.
#[derive(Debug)]
pub struct Mine {
    params: Params,
    roles: Roles<Agent>,
    state: State,
    members: ByAgent<Member>,
    credits: ByAgent<Balance>,
    names: Names,
}

cloned!(Mine { params, roles, state, members, credits, names });
accounts!(Mine);

impl Model for Mine {
    type Params = Params;
    type ParamsError = ParamsError;

    const NAME: &'static str = "mine";
    const ROLES: &'static [&'static str] = &["judge", "sink"];

    fn new(params: Params, agents: usize, _: Block) -> Result<Self, ParamsError> {
        params.check()?;
        Ok(Self {
            params,
            roles: Roles { judge: JUDGE, sink: SINK },
            state: State::default(),
            members: ByAgent::new(agents),
            credits: ByAgent::new(agents),
            names: Names::default(),
        })
    }

    fn owed(&self) -> Balance {
        let members = self.members.iter().filter(|(_, member)| **member != Member::default());
        let deposits = members.map(|_| self.params.deposit);
        sum(deposits.chain(self.credits.iter().map(|(_, credit)| *credit)))
    }

    fn worth(&self, who: Agent) -> Balance {
        let deposit = if self.members.get(who).kept { self.params.deposit } else { 0 };
        deposit.saturating_add(self.credits.get(who))
    }

    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        (name(self.roles.judge), name(self.roles.sink), self.params).encode()
    }

    fn storage(&self, cells: &mut Cells) {
        cells.put(0, (), self.state);
        cells.put(1, (), self.params);
        cells.put(2, (), (cells.name(self.roles.judge), cells.name(self.roles.sink)));
        for (who, member) in self.members.iter() {
            cells.put_some(3, cells.name(who), *member);
        }
        for (who, credit) in self.credits.iter() {
            cells.put_some(4, cells.name(who), *credit);
        }
    }

    fn restore(found: &mut Found) -> Result<Self, StateError> {
        let (state, params) = (found.one("state", 0)?, found.one("params", 1)?);
        let mut db = empty::<Self>(params, found)?;
        db.state = state;
        let (judge, sink): (Address, Address) = found.one("roles", 2)?;
        db.roles = Roles { judge: found.number(judge), sink: found.number(sink) };
        for (who, member) in found.all("members", 3)? {
            db.set_member(found.number(who), member);
        }
        for (who, credit) in found.all("credits", 4)? {
            db.set_credit(found.number(who), credit);
        }
        Ok(db)
    }

    fn set_params(&mut self, params: Params) -> Result<(), ParamsError> {
        params.check()?;
        self.params = params;
        Ok(())
    }

    fn resize(&mut self, agents: usize) {
        self.members.resize(agents);
        self.credits.resize(agents);
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn names_mut(&mut self) -> &mut Names {
        &mut self.names
    }

    fn explain(error: ParamsError) -> (&'static str, &'static str) {
        match error {
            ParamsError::DepositZero => ("deposit", "at least one"),
            ParamsError::Window => ("window_blocks", "1 to 2^24 blocks"),
        }
    }
}

impl Db for Mine {
    tables! {
        member, set_member: members(who: Agent) -> Member;
    }

    fn params(&self) -> Params {
        self.params
    }
    fn roles(&self) -> Roles<Agent> {
        self.roles
    }
    fn state(&self) -> State {
        self.state
    }
    fn set_state(&mut self, state: State) {
        self.state = state;
    }
}
