//! The oracle in memory, from [`carrots_logic::oracle`]: what is owed, and what that is worth to whom.

mod closed_form;
mod game;
pub(crate) mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Bribe, Strategy, World};

use carrots::model::{Accounting, Agent, Every, sum};
use carrots_kernel::sealed;

carrots::model!(carrots_logic::oracle);

impl Oracle {
    /// The commitment that lets an agent reveal `answer` to a question in its round.
    pub fn seal(&self, who: Agent, question: u64, answer: u128, salt: &Salt) -> Hash {
        let round = self.question(question).map_or(0, |record| record.round);
        sealed::commitment(self, who, round, &(question, answer), salt)
    }
}

impl Accounting for Oracle {
    fn owed(&self, _: Block) -> Balance {
        let stakes = self.jurors.iter().map(|(_, juror)| juror.stake);
        let fees = self.juries.iter().filter_map(|(_, jury)| Some((*jury)?.fee));
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(stakes.chain(fees).chain(credits))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let juror = self.jurors.get(who);
        let votes: u32 = self.seats.get(who).iter().map(|(_, seat)| seat.votes).sum();
        let backs = self.params.absent_loss.saturating_mul(votes.into());
        // What is locked though no vote is left to be settled stays locked.
        let stuck = juror.locked.saturating_sub(backs);
        juror.stake.saturating_sub(stuck).saturating_add(self.credits.get(who))
    }

    /// Votes depend on the parameters: the jurors take their leaves again, in the same order.
    fn params_changed(&mut self) {
        let jurors: Vec<Agent> = self.leaves.every().filter_map(|(_, juror)| juror).collect();
        (self.leaves, self.nodes) = Default::default();
        self.state.jurors = 0;
        let params = self.params;
        for who in jurors {
            let juror = Juror { leaf: 0, ..self.juror(who) };
            tree::store(self, &params, who, juror, juror);
        }
    }
}
