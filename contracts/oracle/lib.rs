//! A court of jurors who answer questions, enforced on-chain: storage, messages and events around
//! [`carrots_logic::oracle`], where the rules are.
//!
//! Every message runs one entry of the rules, then emits its receipt as an event, and pays last.
//! A message that errs changes nothing.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// A mapping with a tuple as its key is not complex.
#![allow(clippy::type_complexity)]

/// What messages emit.
pub mod events {
    use carrots_logic::oracle as rules;

    carrots_shell::events! {
        Staked { who } -> rules::Staked;
        Unstaked { who } -> rules::Paid;
        Asked { who } -> rules::Asked;
        Drawn { who } -> rules::Drawn;
        Expired { who } -> rules::Drawn;
        Committed { who } -> rules::Committed;
        Revealed { who } -> rules::Revealed;
        Tallied { who } -> rules::Tallied;
        Appealed { who } -> rules::Appealed;
        Settled { who } -> rules::Settled;
        Collected { who, account } -> rules::Paid;
    }
}

#[ink::contract]
mod oracle {
    use crate::events;
    use carrots_kernel::tables;
    use carrots_logic::oracle::{self as rules, *};
    use carrots_shell::pay;
    use ink::storage::traits::ManualKey;
    use ink::storage::{Lazy, Mapping};

    /// Each record under a storage key of its own. The numbers are part of the contract's
    /// interface: state is read by them.
    #[ink(storage)]
    pub struct Oracle {
        state: State,
        params: Lazy<Params, ManualKey<1>>,
        roles: Lazy<Roles<AccountId>, ManualKey<2>>,
        jurors: Mapping<AccountId, Juror, ManualKey<3>>,
        leaves: Mapping<u32, Option<AccountId>, ManualKey<4>>,
        nodes: Mapping<u32, u64, ManualKey<5>>,
        questions: Mapping<u64, Option<Question<AccountId>>, ManualKey<6>>,
        juries: Mapping<(u64, u32), Option<Jury<AccountId>>, ManualKey<7>>,
        seats: Mapping<(AccountId, u64, u32), Seat, ManualKey<8>>,
        seated: Mapping<(u64, u32, u32), Option<AccountId>, ManualKey<9>>,
        credits: Mapping<AccountId, Balance, ManualKey<10>>,
    }

    impl Oracle {
        /// A court without jurors. Errs where `params` contradict themselves.
        #[ink(constructor)]
        pub fn new(roles: Roles<AccountId>, params: Params) -> Result<Self, ParamsError> {
            params.check()?;
            let mut contract = Self {
                state: State::default(),
                params: Lazy::new(),
                roles: Lazy::new(),
                jurors: Mapping::new(),
                leaves: Mapping::new(),
                nodes: Mapping::new(),
                questions: Mapping::new(),
                juries: Mapping::new(),
                seats: Mapping::new(),
                seated: Mapping::new(),
                credits: Mapping::new(),
            };
            contract.params.set(&params);
            contract.roles.set(&roles);
            Ok(contract)
        }

        /// Adds the transferred value to the caller's stake.
        #[ink(message, payable)]
        pub fn stake(&mut self) -> Result<Staked, Error> {
            let (who, now) = self.call();
            let receipt = rules::stake(self, who, self.env().transferred_value(), now)?;
            self.env().emit_event(events::Staked { who, receipt });
            Ok(receipt)
        }

        /// Pays the caller a part of its stake.
        #[ink(message)]
        pub fn unstake(&mut self, amount: Balance) -> Result<Paid, Error> {
            let (who, now) = self.call();
            let receipt = rules::unstake(self, who, amount, now)?;
            self.env().emit_event(events::Unstaked { who, receipt });
            pay(who, receipt).ok_or(Error::PaymentFailed)
        }

        /// Asks a question; the transferred value is the fee of its jury.
        #[ink(message, payable)]
        pub fn ask(&mut self, kind: Kind) -> Result<Asked, Error> {
            let (who, now) = self.call();
            let receipt = rules::ask(self, who, kind, self.env().transferred_value(), now)?;
            self.env().emit_event(events::Asked { who, receipt });
            Ok(receipt)
        }

        /// Draws the jury that a question waits for; for the beacon.
        #[ink(message)]
        pub fn draw(&mut self, question: u64, seed: rules::Hash) -> Result<Drawn, Error> {
            let (who, now) = self.call();
            let receipt = rules::draw(self, who, question, &seed, now)?;
            self.env().emit_event(events::Drawn { who, receipt });
            Ok(receipt)
        }

        /// Ends the wait for a jury that was not drawn in time.
        #[ink(message)]
        pub fn expire(&mut self, question: u64) -> Result<Drawn, Error> {
            let (who, now) = self.call();
            let receipt = rules::expire(self, question, now)?;
            self.env().emit_event(events::Expired { who, receipt });
            Ok(receipt)
        }

        /// Commits the caller to an answer.
        #[ink(message)]
        pub fn commit(
            &mut self,
            question: u64,
            commitment: rules::Hash,
        ) -> Result<Committed, Error> {
            let (who, now) = self.call();
            let receipt = rules::commit(self, who, question, commitment, now)?;
            self.env().emit_event(events::Committed { who, receipt });
            Ok(receipt)
        }

        /// Reveals the answer that the caller committed to.
        #[ink(message)]
        pub fn reveal(
            &mut self,
            question: u64,
            answer: u128,
            salt: Salt,
        ) -> Result<Revealed, Error> {
            let (who, now) = self.call();
            let receipt = rules::reveal(self, who, question, answer, &salt, now)?;
            self.env().emit_event(events::Revealed { who, receipt });
            Ok(receipt)
        }

        /// Tallies the round of a question.
        #[ink(message)]
        pub fn tally(&mut self, question: u64) -> Result<Tallied, Error> {
            let (who, now) = self.call();
            let receipt = rules::tally(self, question, now)?;
            self.env().emit_event(events::Tallied { who, receipt });
            Ok(receipt)
        }

        /// Appeals the outcome of a question; the transferred value is the fee of the next jury.
        #[ink(message, payable)]
        pub fn appeal(&mut self, question: u64) -> Result<Appealed, Error> {
            let (who, now) = self.call();
            let receipt = rules::appeal(self, who, question, self.env().transferred_value(), now)?;
            self.env().emit_event(events::Appealed { who, receipt });
            Ok(receipt)
        }

        /// Settles the first round of a question that is not settled.
        #[ink(message)]
        pub fn settle(&mut self, question: u64) -> Result<Settled, Error> {
            let (who, now) = self.call();
            let receipt = rules::settle(self, question, now)?;
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

        /// Who calls, and in which block.
        fn call(&self) -> (AccountId, Block) {
            (self.env().caller(), self.env().block_number())
        }

        /// The parameters.
        #[ink(message)]
        pub fn params(&self) -> Params {
            Db::params(self)
        }

        /// Who brings seeds, and who is credited with what nobody earns.
        #[ink(message)]
        pub fn roles(&self) -> Roles<AccountId> {
            Db::roles(self)
        }

        /// The state of the whole system.
        #[ink(message)]
        pub fn state(&self) -> State {
            self.state
        }

        /// A juror's account.
        #[ink(message)]
        pub fn juror(&self, who: AccountId) -> Juror {
            Db::juror(self, who)
        }

        /// The juror of a leaf, counted from one.
        #[ink(message)]
        pub fn leaf(&self, leaf: u32) -> Option<AccountId> {
            Db::leaf(self, leaf)
        }

        /// A node of the sum tree, counted from one.
        #[ink(message)]
        pub fn node(&self, node: u32) -> u64 {
            Db::node(self, node)
        }

        /// A question, and what it came to.
        #[ink(message)]
        pub fn question(&self, question: u64) -> Option<Question<AccountId>> {
            Db::question(self, question)
        }

        /// The jury of a question's round, until it is settled.
        #[ink(message)]
        pub fn jury(&self, question: u64, round: u32) -> Option<Jury<AccountId>> {
            Db::jury(self, question, round)
        }

        /// A juror's seat in the jury of a question's round, until it is settled.
        #[ink(message)]
        pub fn seat(&self, who: AccountId, question: u64, round: u32) -> Seat {
            Db::seat(self, who, question, round)
        }

        /// The juror that has a seat, by its number from zero.
        #[ink(message)]
        pub fn seat_of(&self, question: u64, round: u32, index: u32) -> Option<AccountId> {
            Db::seat_of(self, question, round, index)
        }

        /// What an account can collect.
        #[ink(message)]
        pub fn credit(&self, who: AccountId) -> Balance {
            Accounts::credit(self, who)
        }
    }

    carrots_shell::accounts!(Oracle);

    impl Db for Oracle {
        tables! {
            juror, set_juror: jurors(who: AccountId) -> Juror;
            leaf, set_leaf: leaves(leaf: u32) -> Option<AccountId>;
            node, set_node: nodes(node: u32) -> u64;
            question, set_question: questions(question: u64) -> Option<Question<AccountId>>;
            jury, set_jury: juries(question: u64, round: u32) -> Option<Jury<AccountId>>;
            seat, set_seat: seats(who: AccountId, question: u64, round: u32) -> Seat;
            seat_of, set_seat_of:
                seated(question: u64, round: u32, index: u32) -> Option<AccountId>;
        }

        fn params(&self) -> Params {
            self.params.get_or_default()
        }
        fn roles(&self) -> Roles<AccountId> {
            let nobody = AccountId::from([0; 32]);
            self.roles.get().unwrap_or(Roles { beacon: nobody, sink: nobody })
        }
        fn state(&self) -> State {
            self.state
        }
        fn set_state(&mut self, state: State) {
            self.state = state;
        }
    }
}
