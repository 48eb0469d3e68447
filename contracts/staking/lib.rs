//! Staking with slashing, enforced on-chain: storage, messages and events around
//! [`carrots_logic::staking`], where the rules are.
//!
//! Every message runs one entry of the rules, then emits its receipt as an event, and pays last.
//! A message that errs changes nothing.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// A mapping with a tuple as its key is not complex.
#![allow(clippy::type_complexity)]

/// What messages emit.
pub mod events {
    use carrots_logic::staking as rules;

    carrots_shell::events! {
        Bonded { who, operator } -> rules::Bonded;
        Unbonded { who, operator } -> rules::Unbonded;
        Withdrawn { who, operator } -> rules::Paid;
        EraEnded { who } -> rules::EraEnded;
        Funded { who } -> rules::Funded;
        Awarded { who, operator } -> rules::Awarded;
        PaidOut { who, operator } -> rules::PaidOut;
        Reported { who, operator } -> rules::Reported;
        Slashed { who, operator } -> rules::Slashed;
        Retired { who, operator } -> rules::Retired;
        Collected { who, account } -> rules::Paid;
    }
}

#[ink::contract]
mod staking {
    use crate::events;
    use carrots_kernel::{tables, Perbill};
    use carrots_logic::staking::{self as rules, *};
    use carrots_shell::pay;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// Each record under a storage key of its own. The numbers are part of the contract's
    /// interface: state is read by them.
    #[ink(storage)]
    pub struct Staking {
        state: State,
        params: Lazy<Params, ManualKey<1>>,
        roles: Lazy<Roles<AccountId>, ManualKey<2>>,
        pools: Mapping<AccountId, Pool, ManualKey<3>>,
        positions: Mapping<(AccountId, AccountId), Shares, ManualKey<4>>,
        sub_pools: Mapping<(AccountId, Era), Fund, ManualKey<5>>,
        unbondings: Mapping<(AccountId, AccountId, Era), Shares, ManualKey<6>>,
        eras: Mapping<Era, EraRecord, ManualKey<7>>,
        points: Mapping<(AccountId, Era), u32, ManualKey<8>>,
        offenders: Mapping<(Era, Offence), u32, ManualKey<9>>,
        reported: Mapping<(AccountId, Era, Offence), (), ManualKey<10>>,
        reports: Mapping<(AccountId, u32), Report<AccountId>, ManualKey<11>>,
        credits: Mapping<AccountId, Balance, ManualKey<12>>,
    }

    impl Staking {
        /// Begins the first era in this block. Errs where `params` contradict themselves.
        #[ink(constructor)]
        pub fn new(roles: Roles<AccountId>, params: Params) -> Result<Self, ParamsError> {
            params.check()?;
            let mut contract = Self {
                state: genesis(Self::env().block_number()),
                params: Lazy::new(),
                roles: Lazy::new(),
                pools: Mapping::new(),
                positions: Mapping::new(),
                sub_pools: Mapping::new(),
                unbondings: Mapping::new(),
                eras: Mapping::new(),
                points: Mapping::new(),
                offenders: Mapping::new(),
                reported: Mapping::new(),
                reports: Mapping::new(),
                credits: Mapping::new(),
            };
            contract.params.set(&params);
            contract.roles.set(&roles);
            Ok(contract)
        }

        /// Makes the caller an operator with the transferred value as its own bond.
        #[ink(message, payable)]
        pub fn register(&mut self, commission: Perbill) -> Result<Bonded, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let receipt = rules::register(self, who, amount, commission)?;
            self.bonded(who, who, receipt)
        }

        /// Bonds the transferred value to an operator.
        #[ink(message, payable)]
        pub fn bond(&mut self, operator: AccountId) -> Result<Bonded, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let receipt = rules::bond(self, who, operator, amount)?;
            self.bonded(who, operator, receipt)
        }

        /// Begins to unbond shares from an operator.
        #[ink(message)]
        pub fn unbond(&mut self, operator: AccountId, shares: Shares) -> Result<Unbonded, Error> {
            let who = self.env().caller();
            let receipt = rules::unbond(self, who, operator, shares)?;
            self.env().emit_event(events::Unbonded { who, operator, receipt });
            Ok(receipt)
        }

        /// Bonds again, to the same operator, what the caller unbonded in an era.
        #[ink(message)]
        pub fn rebond(&mut self, operator: AccountId, era: Era) -> Result<Bonded, Error> {
            let who = self.env().caller();
            let receipt = rules::rebond(self, who, operator, era)?;
            self.bonded(who, operator, receipt)
        }

        /// Pays the caller what it unbonded in an era.
        #[ink(message)]
        pub fn withdraw(&mut self, operator: AccountId, era: Era) -> Result<Paid, Error> {
            let who = self.env().caller();
            let receipt = rules::withdraw(self, who, operator, era)?;
            self.env().emit_event(events::Withdrawn { who, operator, receipt });
            pay(who, receipt).ok_or(Error::PaymentFailed)
        }

        /// Ends the era in progress.
        #[ink(message)]
        pub fn end_era(&mut self) -> Result<EraEnded, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::end_era(self, now)?;
            self.env().emit_event(events::EraEnded { who, receipt });
            Ok(receipt)
        }

        /// Adds the transferred value to the reserve.
        #[ink(message, payable)]
        pub fn fund(&mut self) -> Result<Funded, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let receipt = rules::fund(self, amount)?;
            self.env().emit_event(events::Funded { who, receipt });
            Ok(receipt)
        }

        /// Awards an operator points in the era in progress; for the scorer.
        #[ink(message)]
        pub fn award(&mut self, operator: AccountId, points: u32) -> Result<Awarded, Error> {
            let who = self.env().caller();
            let receipt = rules::award(self, who, operator, points)?;
            self.env().emit_event(events::Awarded { who, operator, receipt });
            Ok(receipt)
        }

        /// Pulls an operator's part of a finished era's payout.
        #[ink(message)]
        pub fn payout(&mut self, operator: AccountId, era: Era) -> Result<PaidOut, Error> {
            let who = self.env().caller();
            let receipt = rules::payout(self, operator, era)?;
            self.env().emit_event(events::PaidOut { who, operator, receipt });
            Ok(receipt)
        }

        /// Reports an operator's offence in an era; for the slasher.
        #[ink(message)]
        pub fn report(
            &mut self,
            operator: AccountId,
            reporter: AccountId,
            era: Era,
            offence: Offence,
        ) -> Result<Reported, Error> {
            let who = self.env().caller();
            let receipt = rules::report(self, who, operator, reporter, era, offence)?;
            self.env().emit_event(events::Reported { who, operator, receipt });
            Ok(receipt)
        }

        /// Applies an operator's oldest slash that is due.
        #[ink(message)]
        pub fn apply_slash(&mut self, operator: AccountId) -> Result<Slashed, Error> {
            let who = self.env().caller();
            let receipt = rules::apply_slash(self, operator)?;
            self.env().emit_event(events::Slashed { who, operator, receipt });
            Ok(receipt)
        }

        /// Retires the caller.
        #[ink(message)]
        pub fn retire(&mut self) -> Result<Retired, Error> {
            let who = self.env().caller();
            let receipt = rules::retire(self, who)?;
            self.retired(who, who, receipt)
        }

        /// Retires an operator whose own bond is too low.
        #[ink(message)]
        pub fn remove(&mut self, operator: AccountId) -> Result<Retired, Error> {
            let who = self.env().caller();
            let receipt = rules::remove(self, operator)?;
            self.retired(who, operator, receipt)
        }

        /// Pays an account what is credited to it.
        #[ink(message)]
        pub fn collect(&mut self, account: AccountId) -> Result<Paid, Error> {
            let who = self.env().caller();
            let receipt = rules::collect(self, account)?;
            self.env().emit_event(events::Collected { who, account, receipt });
            pay(account, receipt).ok_or(Error::PaymentFailed)
        }

        fn bonded(
            &self,
            who: AccountId,
            operator: AccountId,
            receipt: Bonded,
        ) -> Result<Bonded, Error> {
            self.env().emit_event(events::Bonded { who, operator, receipt });
            Ok(receipt)
        }

        fn retired(
            &self,
            who: AccountId,
            operator: AccountId,
            receipt: Retired,
        ) -> Result<Retired, Error> {
            self.env().emit_event(events::Retired { who, operator, receipt });
            Ok(receipt)
        }

        /// The parameters.
        #[ink(message)]
        pub fn params(&self) -> Params {
            Db::params(self)
        }

        /// Who reports, who awards and who is credited with what is burned.
        #[ink(message)]
        pub fn roles(&self) -> Roles<AccountId> {
            Db::roles(self)
        }

        /// The state of the whole system.
        #[ink(message)]
        pub fn state(&self) -> State {
            self.state
        }

        /// An operator's pool.
        #[ink(message)]
        pub fn pool(&self, operator: AccountId) -> Pool {
            Db::pool(self, operator)
        }

        /// What an account has bonded to an operator: its shares, and what they are worth.
        #[ink(message)]
        pub fn position(&self, operator: AccountId, who: AccountId) -> Result<Fund, Error> {
            Db::pool(self, operator).fund.part_down(Db::position(self, operator, who))
        }

        /// What unbonds from an operator since an era.
        #[ink(message)]
        pub fn sub_pool(&self, operator: AccountId, era: Era) -> Fund {
            Db::sub_pool(self, operator, era)
        }

        /// What of it is an account's: its shares, and what they are worth.
        #[ink(message)]
        pub fn unbonding(
            &self,
            operator: AccountId,
            who: AccountId,
            era: Era,
        ) -> Result<Fund, Error> {
            let shares = Db::unbonding(self, operator, who, era);
            Db::sub_pool(self, operator, era).part_down(shares)
        }

        /// An era's account.
        #[ink(message)]
        pub fn era(&self, era: Era) -> EraRecord {
            Db::era(self, era)
        }

        /// Points of an operator in an era that are not paid out.
        #[ink(message)]
        pub fn points(&self, operator: AccountId, era: Era) -> u32 {
            Db::points(self, operator, era)
        }

        /// Operators reported for an offence in an era.
        #[ink(message)]
        pub fn offenders(&self, era: Era, offence: Offence) -> u32 {
            Db::offenders(self, era, offence)
        }

        /// Whether an operator was reported for an offence in an era.
        #[ink(message)]
        pub fn reported(&self, operator: AccountId, era: Era, offence: Offence) -> bool {
            Db::reported(self, operator, era, offence)
        }

        /// An operator's report that waits for its slash, by its number.
        #[ink(message)]
        pub fn report_at(&self, operator: AccountId, number: u32) -> Option<Report<AccountId>> {
            Db::report(self, operator, number)
        }

        /// What an account can collect.
        #[ink(message)]
        pub fn credit(&self, who: AccountId) -> Balance {
            Accounts::credit(self, who)
        }
    }

    carrots_shell::accounts!(Staking);

    impl Db for Staking {
        tables! {
            pool, set_pool: pools(operator: AccountId) -> Pool;
            position, set_position: positions(operator: AccountId, who: AccountId) -> Shares;
            sub_pool, set_sub_pool: sub_pools(operator: AccountId, era: Era) -> Fund;
            unbonding, set_unbonding:
                unbondings(operator: AccountId, who: AccountId, era: Era) -> Shares;
            era, set_era: eras(era: Era) -> EraRecord;
            points, set_points: points(operator: AccountId, era: Era) -> u32;
            offenders, set_offenders: offenders(era: Era, offence: Offence) -> u32;
        }

        fn params(&self) -> Params {
            self.params.get_or_default()
        }
        fn roles(&self) -> Roles<AccountId> {
            let nobody = AccountId::from([0; 32]);
            let unset = Roles { slasher: nobody, scorer: nobody, sink: nobody };
            self.roles.get().unwrap_or(unset)
        }
        fn state(&self) -> State {
            self.state
        }
        fn set_state(&mut self, state: State) {
            self.state = state;
        }
        fn reported(&self, operator: AccountId, era: Era, offence: Offence) -> bool {
            self.reported.contains((operator, era, offence))
        }
        fn set_reported(&mut self, operator: AccountId, era: Era, offence: Offence) {
            self.reported.insert((operator, era, offence), &());
        }
        fn report(&self, operator: AccountId, number: u32) -> Option<Report<AccountId>> {
            self.reports.get((operator, number))
        }
        fn set_report(
            &mut self,
            operator: AccountId,
            number: u32,
            report: Option<Report<AccountId>>,
        ) {
            match report {
                Some(report) => {
                    self.reports.insert((operator, number), &report);
                }
                None => self.reports.remove((operator, number)),
            }
        }
    }
}
