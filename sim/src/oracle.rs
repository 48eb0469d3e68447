//! The oracle in memory: the rules of [`carrots_logic::oracle`] over vectors.

mod catalogue;
mod game;
mod live;
mod menu;
mod scenario;

pub use catalogue::MECHANISM;
pub use menu::Game;
pub use scenario::{Audit, Bribe, Strategy, World};

use carrots::model::{
    Address, Agent, ByAgent, Cells, Found, Model, Names, Records, StateError, sum,
};
use carrots::{accounts, cloned, messages};
use carrots_kernel::storage::Table;
use carrots_kernel::{Balance, sealed, tables};
use carrots_logic::oracle::{self as rules, *};
use scale::Encode;

/// The first agents: who brings seeds, and who is credited with what nobody earns.
pub const BEACON: Agent = 0;
#[allow(missing_docs)]
pub const SINK: Agent = 1;

messages! {
    Oracle, Error, (db, who, value, now);
    receipts: Staked, Asked, Drawn, Committed, Revealed, Tallied, Appealed, Settled, Paid;

    /// stake on being drawn
    stake: Stake() {} + tokens => Staked as Staked = rules::stake(db, who, value, now);

    /// take out stake that is free
    unstake: Unstake() {
        #[serde(with = "carrots_kernel::text::amount")]
        amount: Balance,
    } => Paid as Unstaked, pays who = rules::unstake(db, who, amount, now);

    /// ask a question and pay its jury
    ask: Ask() { kind: Kind } + tokens => Asked as Asked = rules::ask(db, who, kind, value, now);

    /// beacon: draw the jury that a question waits for
    draw: Draw() {
        question: u64,
        #[serde(with = "hex::serde")]
        seed: Hash,
    } => Drawn as Drawn = rules::draw(db, who, question, &seed, now);

    /// end the wait for a jury that was not drawn in time
    expire: Expire() { question: u64 } => Drawn as Expired = rules::expire(db, question, now);

    /// commit to an answer
    commit: Commit() {
        question: u64,
        #[serde(with = "hex::serde")]
        commitment: Hash,
    } => Committed as Committed = rules::commit(db, who, question, commitment, now);

    /// reveal the answer
    reveal: Reveal() {
        question: u64,
        #[serde(with = "carrots_kernel::text::amount")]
        answer: u128,
        #[serde(with = "hex::serde")]
        salt: Salt,
    } => Revealed as Revealed = rules::reveal(db, who, question, answer, &salt, now);

    /// tally a round whose windows are over
    tally: Tally() { question: u64 } => Tallied as Tallied = rules::tally(db, question, now);

    /// appeal an outcome and pay the next jury
    appeal: Appeal() { question: u64 } + tokens => Appealed as Appealed
        = rules::appeal(db, who, question, value, now);

    /// settle the first round that is not settled
    settle: Settle() { question: u64 } => Settled as Settled = rules::settle(db, question, now);

    /// pay an account what is credited to it
    collect: Collect(account) {} => Paid as Collected(account), pays account
        = rules::collect(db, account);
}

/// The records in memory.
#[derive(Debug)]
pub struct Oracle {
    params: Params,
    roles: Roles<Agent>,
    state: State,
    jurors: ByAgent<Juror>,
    /// By leaf and by node, from one on.
    leaves: Vec<Option<Agent>>,
    nodes: Vec<u64>,
    questions: Records<u64, Option<Question<Agent>>>,
    /// By question and round.
    juries: Records<(u64, u32), Option<Jury<Agent>>>,
    seats: ByAgent<Records<(u64, u32), Seat>>,
    /// By question, round and number.
    seated: Records<(u64, u32, u32), Option<Agent>>,
    credits: ByAgent<Balance>,
    names: Names,
}

cloned!(Oracle {
    params,
    roles,
    state,
    jurors,
    leaves,
    nodes,
    questions,
    juries,
    seats,
    seated,
    credits,
    names
});

impl Oracle {
    /// The commitment that lets an agent reveal `answer` to a question in its round.
    pub fn seal(&self, who: Agent, question: u64, answer: u128, salt: &Salt) -> Hash {
        let round = self.question(question).map_or(0, |record| record.round);
        sealed::commitment(self, who, round, &(question, answer), salt)
    }
}

impl Model for Oracle {
    type Params = Params;
    type ParamsError = ParamsError;

    const NAME: &'static str = "oracle";
    const ROLES: &'static [&'static str] = &["beacon", "sink"];

    fn new(params: Params, agents: usize, _: Block) -> Result<Self, ParamsError> {
        params.check()?;
        let leaves = params.max_jurors.next_power_of_two() as usize;
        Ok(Self {
            params,
            roles: Roles { beacon: BEACON, sink: SINK },
            state: State::default(),
            jurors: ByAgent::new(agents),
            leaves: vec![None; leaves + 1],
            nodes: vec![0; leaves + 1],
            questions: Records::default(),
            juries: Records::default(),
            seats: ByAgent::new(agents),
            seated: Records::default(),
            credits: ByAgent::new(agents),
            names: Names::default(),
        })
    }

    fn owed(&self) -> Balance {
        let stakes = self.jurors.iter().map(|(_, juror)| juror.stake);
        let fees = self.juries.iter().filter_map(|(_, jury)| Some((*jury)?.fee));
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(stakes.chain(fees).chain(credits))
    }

    fn worth(&self, who: Agent) -> Balance {
        let juror = self.jurors.get(who);
        let votes: u32 = self.seats.get(who).iter().map(|(_, seat)| seat.votes).sum();
        let backs = self.params.absent_loss.saturating_mul(votes.into());
        // What is locked though no vote is left to be settled stays locked.
        let stuck = juror.locked.saturating_sub(backs);
        juror.stake.saturating_sub(stuck).saturating_add(self.credits.get(who))
    }

    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        (roles(self.roles, name), self.params).encode()
    }

    fn storage(&self, cells: &mut Cells) {
        cells.put(0, (), self.state);
        cells.put(1, (), self.params);
        cells.put(2, (), roles(self.roles, |agent| cells.name(agent)));
        for (agent, juror) in self.jurors.iter() {
            cells.put_some(3, cells.name(agent), *juror);
        }
        for (leaf, agent) in (0u32..).zip(&self.leaves) {
            cells.put_some(4, leaf, agent.map(|agent| cells.name(agent)));
        }
        for (node, votes) in (0u32..).zip(&self.nodes) {
            cells.put_some(5, node, *votes);
        }
        for (question, record) in self.questions.iter() {
            let named = |record| named(record, |asker| cells.name(asker));
            cells.put(6, question, record.map(named));
        }
        for (key, jury) in self.juries.iter() {
            let named = |Jury { payer, fee, wanted, votes, seats }: Jury<Agent>| Jury {
                payer: cells.name(payer),
                fee,
                wanted,
                votes,
                seats,
            };
            cells.put(7, key, jury.map(named));
        }
        for (agent, seats) in self.seats.iter() {
            for ((question, round), seat) in seats.iter() {
                cells.put(8, (cells.name(agent), question, round), *seat);
            }
        }
        for (key, agent) in self.seated.iter() {
            cells.put(9, key, agent.map(|agent| cells.name(agent)));
        }
        for (agent, credit) in self.credits.iter() {
            cells.put_some(10, cells.name(agent), *credit);
        }
    }

    fn restore(found: &mut Found) -> Result<Self, StateError> {
        let (state, params) = (found.one("state", 0)?, found.one("params", 1)?);
        let mut db = carrots::model::empty::<Self>(params, found)?;
        db.state = state;
        let held: Roles<Address> = found.one("roles", 2)?;
        db.roles = roles(held, |account| found.number(account));
        for (who, juror) in found.all("jurors", 3)? {
            db.set_juror(found.number(who), juror);
        }
        for (leaf, who) in found.all::<u32, Option<Address>>("leaves", 4)? {
            if let Some(place) = db.leaves.get_mut(leaf as usize) {
                *place = who.map(|who| found.number(who));
            }
        }
        for (node, votes) in found.all::<u32, u64>("nodes", 5)? {
            if let Some(place) = db.nodes.get_mut(node as usize) {
                *place = votes;
            }
        }
        for (number, question) in found.all::<_, Option<Question<Address>>>("questions", 6)? {
            let numbered = |record| named(record, |asker| found.number(asker));
            db.set_question(number, question.map(numbered));
        }
        for ((question, round), jury) in found.all::<_, Option<Jury<Address>>>("juries", 7)? {
            let Some(Jury { payer, fee, wanted, votes, seats }) = jury else { continue };
            let jury = Jury { payer: found.number(payer), fee, wanted, votes, seats };
            db.set_jury(question, round, Some(jury));
        }
        for ((who, question, round), seat) in found.all("seats", 8)? {
            db.set_seat(found.number(who), question, round, seat);
        }
        for ((question, round, index), who) in found.all::<_, Option<Address>>("seated", 9)? {
            db.set_seat_of(question, round, index, who.map(|who| found.number(who)));
        }
        for (who, credit) in found.all("credits", 10)? {
            db.set_credit(found.number(who), credit);
        }
        Ok(db)
    }

    /// Votes depend on the parameters: the jurors take their leaves again, in the same order.
    fn set_params(&mut self, params: Params) -> Result<(), ParamsError> {
        params.check()?;
        let jurors: Vec<Agent> = self.leaves.iter().filter_map(|leaf| *leaf).collect();
        self.params = params;
        self.state.jurors = 0;
        let leaves = params.max_jurors.next_power_of_two() as usize;
        (self.leaves, self.nodes) = (vec![None; leaves + 1], vec![0; leaves + 1]);
        for who in jurors {
            let juror = Juror { leaf: 0, ..self.juror(who) };
            tree::store(self, &params, who, juror, juror);
        }
        Ok(())
    }

    fn resize(&mut self, agents: usize) {
        self.jurors.resize(agents);
        self.seats.resize(agents);
        self.credits.resize(agents);
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn names_mut(&mut self) -> &mut Names {
        &mut self.names
    }

    fn explain(error: ParamsError) -> (&'static str, &'static str) {
        catalogue::explain(error)
    }
}

/// The question with another name for its asker.
fn named<A, B>(question: Question<A>, mut name: impl FnMut(A) -> B) -> Question<B> {
    let Question { asker, kind, status, since, round, settled, outcome, votes } = question;
    Question { asker: name(asker), kind, status, since, round, settled, outcome, votes }
}

/// The roles with other names for the accounts.
fn roles<A, B>(Roles { beacon, sink }: Roles<A>, mut name: impl FnMut(A) -> B) -> Roles<B> {
    Roles { beacon: name(beacon), sink: name(sink) }
}

accounts!(Oracle);

impl Db for Oracle {
    tables! {
        juror, set_juror: jurors(who: Agent) -> Juror;
        question, set_question: questions(question: u64) -> Option<Question<Agent>>;
        jury, set_jury: juries(question: u64, round: u32) -> Option<Jury<Agent>>;
        seat_of, set_seat_of: seated(question: u64, round: u32, index: u32) -> Option<Agent>;
    }

    #[inline]
    fn params(&self) -> Params {
        self.params
    }
    #[inline]
    fn roles(&self) -> Roles<Agent> {
        self.roles
    }
    #[inline]
    fn state(&self) -> State {
        self.state
    }
    #[inline]
    fn set_state(&mut self, state: State) {
        self.state = state;
    }
    #[inline]
    fn leaf(&self, leaf: u32) -> Option<Agent> {
        self.leaves.get(leaf as usize).copied().flatten()
    }
    #[inline]
    fn set_leaf(&mut self, leaf: u32, juror: Option<Agent>) {
        self.leaves[leaf as usize] = juror;
    }
    #[inline]
    fn node(&self, node: u32) -> u64 {
        self.nodes.get(node as usize).copied().unwrap_or(0)
    }
    #[inline]
    fn set_node(&mut self, node: u32, votes: u64) {
        self.nodes[node as usize] = votes;
    }
    #[inline]
    fn seat(&self, who: Agent, question: u64, round: u32) -> Seat {
        self.seats.read((who, (question, round)))
    }
    #[inline]
    fn set_seat(&mut self, who: Agent, question: u64, round: u32, seat: Seat) {
        self.seats.write((who, (question, round)), seat);
    }
}
