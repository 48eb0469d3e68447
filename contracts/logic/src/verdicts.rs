//! Verdicts: what a court finds of an operator is reported to staking, by nobody's discretion.
//!
//! A *charge* is an operator, an era and an offence. Whoever makes it asks the [`oracle`](crate::oracle) a
//! choice of two options, [`INNOCENT`] and [`GUILTY`], whose text is the charge's hash ([`text`]), and names
//! the question here: it is the charge's *case*. Once the court has settled it, anyone carries its outcome to
//! [`staking`](crate::staking), where this contract has the role of the slasher: who is guilty is reported,
//! with the accuser as the reporter.
//!
//! **Intended behaviour**: whoever can show an offence charges it, since its part of the slash is more than
//! a jury costs.
//!
//! # What stands still when
//!
//! | what pay depends on | fixed | who can move it until then |
//! | --- | --- | --- |
//! | the question of a charge | when it is named | whoever names one first |
//! | who is reported as the reporter | then, too | nobody |
//! | what is reported | when the court settles the question | the court's juries |
//!
//! # Why nobody is tried until somebody finds it guilty
//!
//! A charge has one case. While its question is open, and for good once it was answered, no other can be
//! named: who is acquitted stays so. Another takes its place only where the court found no answer, be it
//! that nobody was drawn, that nobody answered, that options had as many votes, or that there is none.
//!
//! # Why the accuser gains nothing by the question that it asks
//!
//! The text binds the operator, the era, the offence and this contract, the kind of the question its two
//! options: the same charge is the same question, whoever asks it. An accomplice of the operator who names
//! the case first has the same jury, and the same appeals stand open to everyone.
//!
//! # What the rules cannot do
//!
//! A report is worth what the court's outcome is. Whoever turns a jury with less than what an operator has
//! at stake can have it slashed, and whoever bribes one keeps a slash away; staking's canceller can cancel a
//! false report until the slash is applied. A court that is slower than staking's `report_eras` punishes
//! nobody: the time of its windows and appeals belongs into the choice of these.
//!
//! # What is owed
//!
//! Nothing: no message takes or pays tokens.
//!
//! # Literature
//!
//! Lesaege, Ast, George, "Kleros Short Paper" (2019): contracts that a court decides on. UMA (2019): an
//! oracle's cost of corruption against what depends on it.

mod entries;
mod records;

pub use entries::*;
pub use records::*;

pub use crate::staking::{Era, Offence};

carrots_kernel::mechanism! {
    /// A court's verdicts are reported to staking as offences.
    mechanism Verdicts;

    params {}

    roles {
        /// The court.
        oracle: crate::oracle,
        /// Where offences are reported.
        staking: crate::staking,
    }

    storage {
        /// How many there are.
        state: State;
        /// The case of a charge.
        cases: case(operator: Id, era: Era, offence: Offence) -> Option<Case<Id>>;
    }

    messages {
        /// name the court's question that decides on a charge
        accuse(who, oracle, operator: Id, era: Era, offence: Offence, question: u64) => Accused(operator);
        /// report, for anyone, who was found guilty
        convict(oracle, staking, operator: Id, era: Era, offence: Offence) => Convicted(operator);
    }

    errors {
        /// The court has no question of that number.
        NoQuestion,
        /// The question is not a choice of two options with the charge's text.
        WrongQuestion,
        /// The charge has a case that is open, or was answered.
        AlreadyCharged,
        /// The charge has no case.
        NoCase,
        /// The court has not settled the question.
        NotSettled,
        /// The court did not find the operator guilty.
        NotGuilty,
        /// Staking takes no such report: it is too late, was made before, or the operator had no duty then.
        ReportRefused,
    }
}
