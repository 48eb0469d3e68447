//! The contract: storage, messages and events around the rules.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

/// What messages emit.
pub mod events {
    carrots_shell::events! {
        Joined { who } -> mine_logic::Joined;
        Confirmed { who, account } -> mine_logic::Confirmed;
        Settled { who, account } -> mine_logic::Settled;
        Collected { who, account } -> mine_logic::Paid;
    }
}

#[ink::contract]
mod mine {
    use crate::events;
    use carrots_kernel::tables;
    use carrots_shell::pay;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};
    use mine_logic::{self as rules, *};

    /// Each record under a storage key of its own: state is read by them.
    #[ink(storage)]
    pub struct Mine {
        state: State,
        params: Lazy<Params, ManualKey<1>>,
        roles: Lazy<Roles<AccountId>, ManualKey<2>>,
        members: Mapping<AccountId, Member, ManualKey<3>>,
        credits: Mapping<AccountId, Balance, ManualKey<4>>,
    }

    impl Mine {
        /// Errs where `params` contradict themselves.
        #[ink(constructor)]
        pub fn new(roles: Roles<AccountId>, params: Params) -> Result<Self, ParamsError> {
            params.check()?;
            let mut contract = Self {
                state: State::default(),
                params: Lazy::new(),
                roles: Lazy::new(),
                members: Mapping::new(),
                credits: Mapping::new(),
            };
            contract.params.set(&params);
            contract.roles.set(&roles);
            Ok(contract)
        }

        /// Makes the caller a member, with the transferred value as its deposit.
        #[ink(message, payable)]
        pub fn join(&mut self) -> Result<Joined, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let receipt = rules::join(self, who, amount, self.env().block_number())?;
            self.env().emit_event(events::Joined { who, receipt });
            Ok(receipt)
        }

        /// Confirms that a member kept its promise; for the judge.
        #[ink(message)]
        pub fn confirm(&mut self, account: AccountId) -> Result<Confirmed, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::confirm(self, who, account, now)?;
            self.env().emit_event(events::Confirmed { who, account, receipt });
            Ok(receipt)
        }

        /// Settles a member's promise.
        #[ink(message)]
        pub fn settle(&mut self, account: AccountId) -> Result<Settled, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::settle(self, account, now)?;
            self.env().emit_event(events::Settled { who, account, receipt });
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

        /// Who judges, and who is credited with the deposits of broken promises.
        #[ink(message)]
        pub fn roles(&self) -> Roles<AccountId> {
            Db::roles(self)
        }

        /// A member's promise.
        #[ink(message)]
        pub fn member(&self, who: AccountId) -> Member {
            Db::member(self, who)
        }

        /// What an account can collect.
        #[ink(message)]
        pub fn credit(&self, who: AccountId) -> Balance {
            Accounts::credit(self, who)
        }
    }

    carrots_shell::accounts!(Mine);

    impl Db for Mine {
        tables! {
            member, set_member: members(who: AccountId) -> Member;
        }

        fn params(&self) -> Params {
            self.params.get_or_default()
        }
        fn roles(&self) -> Roles<AccountId> {
            let nobody = AccountId::from([0; 32]);
            self.roles.get().unwrap_or(Roles { judge: nobody, sink: nobody })
        }
        fn state(&self) -> State {
            self.state
        }
        fn set_state(&mut self, state: State) {
            self.state = state;
        }
    }
}
