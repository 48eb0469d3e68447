//! Funding of public goods, enforced on-chain: storage, messages and events around
//! [`carrots_logic::funding`], where the rules are.
//!
//! Every message runs one entry of the rules, then emits its receipt as an event, and pays last.
//! A message that errs changes nothing.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// A mapping with a tuple as its key is not complex.
#![allow(clippy::type_complexity)]

/// What messages emit.
pub mod events {
    use carrots_logic::funding as rules;

    carrots_shell::events! {
        Sponsored { who } -> rules::Sponsored;
        Proposed { who } -> rules::Proposed;
        Contributed { who } -> rules::Contributed;
        Tallied { who } -> rules::Tallied;
        RoundEnded { who } -> rules::RoundEnded;
        Claimed { who } -> rules::Claimed;
        Refunded { who, contributor } -> rules::Refunded;
        Collected { who, account } -> rules::Paid;
    }
}

#[ink::contract]
mod funding {
    use crate::events;
    use carrots_kernel::tables;
    use carrots_logic::funding::{self as rules, *};
    use carrots_shell::pay;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// Each record under a storage key of its own. The numbers are part of the contract's
    /// interface: state is read by them.
    #[ink(storage)]
    pub struct Funding {
        state: State,
        params: Lazy<Params, ManualKey<1>>,
        outcomes: Mapping<Round, Outcome, ManualKey<2>>,
        projects: Mapping<ProjectId, Option<Project<AccountId>>, ManualKey<3>>,
        contributions: Mapping<(AccountId, ProjectId), Balance, ManualKey<4>>,
        numbers: Mapping<(AccountId, Round), u32, ManualKey<5>>,
        backers: Mapping<(ProjectId, u32), Backer, ManualKey<6>>,
        pairs: Mapping<(Round, u32, u32), u128, ManualKey<7>>,
        credits: Mapping<AccountId, Balance, ManualKey<8>>,
    }

    impl Funding {
        /// Begins the first round in this block. Errs where `params` contradict themselves.
        #[ink(constructor)]
        pub fn new(params: Params) -> Result<Self, ParamsError> {
            params.check()?;
            let mut contract = Self {
                state: genesis(Self::env().block_number()),
                params: Lazy::new(),
                outcomes: Mapping::new(),
                projects: Mapping::new(),
                contributions: Mapping::new(),
                numbers: Mapping::new(),
                backers: Mapping::new(),
                pairs: Mapping::new(),
                credits: Mapping::new(),
            };
            contract.params.set(&params);
            Ok(contract)
        }

        /// Adds the transferred value to the pool.
        #[ink(message, payable)]
        pub fn sponsor(&mut self) -> Result<Sponsored, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let receipt = rules::sponsor(self, amount)?;
            self.env().emit_event(events::Sponsored { who, receipt });
            Ok(receipt)
        }

        /// Makes the caller the owner of the next project, with the transferred value as what it
        /// puts down.
        #[ink(message, payable)]
        pub fn propose(&mut self) -> Result<Proposed, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let now = self.env().block_number();
            let receipt = rules::propose(self, who, amount, now)?;
            self.env().emit_event(events::Proposed { who, receipt });
            Ok(receipt)
        }

        /// Contributes the transferred value to a project.
        #[ink(message, payable)]
        pub fn contribute(&mut self, project: ProjectId) -> Result<Contributed, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let now = self.env().block_number();
            let receipt = rules::contribute(self, who, project, amount, now)?;
            self.env().emit_event(events::Contributed { who, receipt });
            Ok(receipt)
        }

        /// Computes the ideal match of a project.
        #[ink(message)]
        pub fn tally(&mut self, project: ProjectId) -> Result<Tallied, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::tally(self, project, now)?;
            self.env().emit_event(events::Tallied { who, receipt });
            Ok(receipt)
        }

        /// Ends the round in progress.
        #[ink(message)]
        pub fn end_round(&mut self) -> Result<RoundEnded, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::end_round(self, now)?;
            self.env().emit_event(events::RoundEnded { who, receipt });
            Ok(receipt)
        }

        /// Credits the owner of a project with its funds.
        #[ink(message)]
        pub fn claim(&mut self, project: ProjectId) -> Result<Claimed, Error> {
            let who = self.env().caller();
            let receipt = rules::claim(self, project)?;
            self.env().emit_event(events::Claimed { who, receipt });
            Ok(receipt)
        }

        /// Credits a contributor of a failed project with its pledge and the bonus.
        #[ink(message)]
        pub fn refund(
            &mut self,
            contributor: AccountId,
            project: ProjectId,
        ) -> Result<Refunded, Error> {
            let who = self.env().caller();
            let receipt = rules::refund(self, contributor, project)?;
            self.env().emit_event(events::Refunded { who, contributor, receipt });
            Ok(receipt)
        }

        /// Pays an account what is credited to it.
        #[ink(message)]
        pub fn collect(&mut self, account: AccountId) -> Result<Paid, Error> {
            let who = self.env().caller();
            let receipt = rules::collect(self, account)?;
            self.env().emit_event(events::Collected { who, account, receipt });
            pay(account, receipt).ok_or(Error::PaymentFailed)
        }

        /// The parameters.
        #[ink(message)]
        pub fn params(&self) -> Params {
            Db::params(self)
        }

        /// The state of the whole system.
        #[ink(message)]
        pub fn state(&self) -> State {
            self.state
        }

        /// What a round that ended gave.
        #[ink(message)]
        pub fn outcome(&self, round: Round) -> Outcome {
            Db::outcome(self, round)
        }

        /// A project.
        #[ink(message)]
        pub fn project(&self, project: ProjectId) -> Option<Project<AccountId>> {
            Db::project(self, project)
        }

        /// What an account contributed to a project, unless it was refunded.
        #[ink(message)]
        pub fn contribution(&self, contributor: AccountId, project: ProjectId) -> Balance {
            Db::contribution(self, contributor, project)
        }

        /// Pairwise: an account's number among the contributors of a round, from one.
        #[ink(message)]
        pub fn number(&self, contributor: AccountId, round: Round) -> u32 {
            Db::number(self, contributor, round)
        }

        /// Pairwise: a project's contributor, by place.
        #[ink(message)]
        pub fn backer(&self, project: ProjectId, place: u32) -> Backer {
            Db::backer(self, project, place)
        }

        /// Pairwise: what two contributors have in common over all projects of a round, by their
        /// numbers, the lower first: a sum of products of roots, in units of `2^-32`.
        #[ink(message)]
        pub fn pair(&self, round: Round, low: u32, high: u32) -> u128 {
            Db::pair(self, round, low, high)
        }

        /// What an account can collect.
        #[ink(message)]
        pub fn credit(&self, who: AccountId) -> Balance {
            Accounts::credit(self, who)
        }
    }

    carrots_shell::accounts!(Funding);

    impl Db for Funding {
        tables! {
            outcome, set_outcome: outcomes(round: Round) -> Outcome;
            project, set_project: projects(project: ProjectId) -> Option<Project<AccountId>>;
            contribution, set_contribution:
                contributions(contributor: AccountId, project: ProjectId) -> Balance;
            number, set_number: numbers(contributor: AccountId, round: Round) -> u32;
            backer, set_backer: backers(project: ProjectId, place: u32) -> Backer;
            pair, set_pair: pairs(round: Round, low: u32, high: u32) -> u128;
        }

        fn params(&self) -> Params {
            self.params.get_or_default()
        }
        fn state(&self) -> State {
            self.state
        }
        fn set_state(&mut self, state: State) {
            self.state = state;
        }
    }
}
