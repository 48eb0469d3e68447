//! Sealed-bid auctions, enforced on-chain: storage, messages and events around
//! [`carrots_logic::auction`], where the rules are.
//!
//! Every message runs one entry of the rules, then emits its receipt as an event, and pays last.
//! A message that errs changes nothing.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// A mapping with a tuple as its key is not complex.
#![allow(clippy::type_complexity)]

/// What messages emit.
pub mod events {
    use carrots_logic::auction as rules;

    carrots_shell::events! {
        Opened { who } -> rules::Opened;
        Committed { who } -> rules::Committed;
        Revealed { who } -> rules::Revealed;
        Settled { who } -> rules::Settled;
        Collected { who, account } -> rules::Paid;
    }
}

#[ink::contract]
mod auction {
    use crate::events;
    use carrots_kernel::tables;
    use carrots_logic::auction::{self as rules, *};
    use carrots_shell::pay;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// Each record under a storage key of its own. The numbers are part of the contract's
    /// interface: state is read by them.
    #[ink(storage)]
    pub struct Auction {
        state: State,
        params: Lazy<Params, ManualKey<1>>,
        roles: Lazy<Roles<AccountId>, ManualKey<2>>,
        rounds: Mapping<u32, Round, ManualKey<3>>,
        bidders: Mapping<(u32, u32), Option<AccountId>, ManualKey<4>>,
        bids: Mapping<(AccountId, u32), Bid, ManualKey<5>>,
        awards: Mapping<(u32, u32), Option<Award<AccountId>>, ManualKey<6>>,
        credits: Mapping<AccountId, Balance, ManualKey<7>>,
    }

    impl Auction {
        /// Opens no round yet. Errs where `params` contradict themselves.
        #[ink(constructor)]
        pub fn new(roles: Roles<AccountId>, params: Params) -> Result<Self, ParamsError> {
            params.check()?;
            let mut contract = Self {
                state: State::default(),
                params: Lazy::new(),
                roles: Lazy::new(),
                rounds: Mapping::new(),
                bidders: Mapping::new(),
                bids: Mapping::new(),
                awards: Mapping::new(),
                credits: Mapping::new(),
            };
            contract.params.set(&params);
            contract.roles.set(&roles);
            Ok(contract)
        }

        /// Opens the next round; for the seller.
        #[ink(message)]
        pub fn open(&mut self) -> Result<Opened, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::open(self, who, now)?;
            self.env().emit_event(events::Opened { who, receipt });
            Ok(receipt)
        }

        /// Commits the caller to a bid, with the transferred value as its deposit.
        #[ink(message, payable)]
        pub fn commit(&mut self, commitment: rules::Hash) -> Result<Committed, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let now = self.env().block_number();
            let receipt = rules::commit(self, who, amount, commitment, now)?;
            self.env().emit_event(events::Committed { who, receipt });
            Ok(receipt)
        }

        /// Reveals the caller's bid, with the transferred value as what it can cost at most.
        #[ink(message, payable)]
        pub fn reveal(&mut self, values: Values, salt: Salt) -> Result<Revealed, Error> {
            let (who, amount) = (self.env().caller(), self.env().transferred_value());
            let now = self.env().block_number();
            let receipt = rules::reveal(self, who, amount, values, salt, now)?;
            self.env().emit_event(events::Revealed { who, receipt });
            Ok(receipt)
        }

        /// Settles the open round.
        #[ink(message)]
        pub fn settle(&mut self) -> Result<Settled, Error> {
            let (who, now) = (self.env().caller(), self.env().block_number());
            let receipt = rules::settle(self, now)?;
            self.env().emit_event(events::Settled { who, receipt });
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

        /// Who opens rounds, and who is credited with what bidders forfeit.
        #[ink(message)]
        pub fn roles(&self) -> Roles<AccountId> {
            Db::roles(self)
        }

        /// The state of the whole system.
        #[ink(message)]
        pub fn state(&self) -> State {
            self.state
        }

        /// A round.
        #[ink(message)]
        pub fn round(&self, round: u32) -> Round {
            Db::round(self, round)
        }

        /// Who committed to a bid in the open round, by its place in the order of commitments.
        #[ink(message)]
        pub fn bidder(&self, round: u32, index: u32) -> Option<AccountId> {
            Db::bidder(self, round, index)
        }

        /// An account's bid in the open round.
        #[ink(message)]
        pub fn bid(&self, who: AccountId, round: u32) -> Bid {
            Db::bid(self, who, round)
        }

        /// Who won an item of a settled round, and for how much.
        #[ink(message)]
        pub fn award(&self, round: u32, item: u32) -> Option<Award<AccountId>> {
            Db::award(self, round, item)
        }

        /// What an account can collect.
        #[ink(message)]
        pub fn credit(&self, who: AccountId) -> Balance {
            Accounts::credit(self, who)
        }
    }

    carrots_shell::accounts!(Auction);

    impl Db for Auction {
        tables! {
            round, set_round: rounds(round: u32) -> Round;
            bidder, set_bidder: bidders(round: u32, index: u32) -> Option<AccountId>;
            bid, set_bid: bids(who: AccountId, round: u32) -> Bid;
            award, set_award: awards(round: u32, item: u32) -> Option<Award<AccountId>>;
        }

        fn params(&self) -> Params {
            self.params.get_or_default()
        }
        fn roles(&self) -> Roles<AccountId> {
            let nobody = AccountId::from([0; 32]);
            self.roles.get().unwrap_or(Roles { seller: nobody, sink: nobody })
        }
        fn state(&self) -> State {
            self.state
        }
        fn set_state(&mut self, state: State) {
            self.state = state;
        }
    }
}
