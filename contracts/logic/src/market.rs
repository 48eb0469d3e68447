//! Prediction markets with a maker that always trades, by the logarithmic market scoring rule.
//!
//! A *sponsor* opens a market on a question: which of `outcomes` comes true. The outcomes exclude each other and
//! leave nothing out: the last of them is *none*: that the question is invalid, undecided, or not answered in
//! time. Until a block that is stated with the question anyone *buys* and *sells* shares of an outcome. A share
//! pays one token if that outcome is the answer, and nothing else ever. From that block on a *settler*
//! says the answer, in `settle_blocks`; if it does not, the answer is none. Holders then *redeem*.
//!
//! Whoever buys and sells deals with the maker, at a cost that depends on nothing but what has been sold so far.
//! With `q_i` shares of outcome `i` sold it is the difference of
//!
//! ```text
//! C(q) = b ln sum_i e^(q_i / b)
//! ```
//!
//! and the price of the next share of `i` is `e^(q_i / b) / sum_j e^(q_j / b)`: prices add up to one (Hanson 2003).
//!
//! **Intended behaviour**: whoever knows something moves the price to what it believes, within its budget, and
//! waits for the answer; the settler says what is true; the sponsor pays for what it learns.
//!
//! # Why it is best to say what one believes
//!
//! Whoever moves prices from `p` to `p'` and holds what it bought has `b ln(p'_i / p_i)` if outcome `i` comes
//! true: what it expects by its belief is the most where `p'` is the belief, since the logarithm is a proper scoring
//! rule (Good 1952; Hanson 2003). That holds for one who trades once, or last. Whoever trades again may gain
//! by misleading others first; not where what each knows is independent of the others' given the answer
//! (Chen et al. 2010), and not where others do not believe it.
//!
//! # What the sponsor can lose
//!
//! At most `b ln n` with `n` outcomes, which it lays by when it opens the market ([`maker::deposit_up`]), whatever is
//! traded in whatever order. The contract holds at least `C(q)` at any time: each purchase adds at least what it adds to `C`,
//! each sale takes at most what it takes from it. And `C(q) >= max_i q_i`, the most that can be due. For the
//! same reason **no round trip gains a unit**: what a trader pays for purchases and sales that lead back to the same
//! `q` is at least a sum of exact differences of `C`, which is zero. A purchase is rounded up and a sale down,
//! each to a whole token beyond what fixed point may be wrong by ([`maker`]).
//!
//! # Why an invalid question is an outcome of its own
//!
//! Whatever a share pays where the question is invalid is traded on. With `v_i` for outcome `i`:
//!
//! | rule | what it invites |
//! | --- | --- |
//! | all alike, `v_i = 1 / n` | buy the cheap side: a share at 0.02 pays 0.5 (prediction-market-agent, issue 505) |
//! | the last price | pump at the last moment: who buys `x` at rising prices is paid the highest for all, `b (ln n - H(p))` in all from the opening prices, at no risk if it knows |
//! | the mean price over time | the same, for whoever has some time; and else to buy what has fallen below its mean |
//! | what each account paid comes back, profits are kept | two accounts: one buys, the other pumps and is refunded, the first sells to it: up to `b ln 2` each time, and again, until nothing is left for others |
//! | a share of *none* pays one, all others nothing | none of these: see below |
//!
//! The first is fixed, but is no price: it is worth something to be on the cheap side. The others can be moved by
//! whoever is paid by them. The last is fixed with the question, so that nobody moves it, and is paid for when
//! bought: to be invalid is just another answer, with a price of its own that says how likely it is. Cheap sides get nothing; a
//! pump at the last moment buys shares that pay nothing; what wash trades leave pays nothing, either. Whoever wants its money back on an
//! invalid question buys as many shares of none. Augur made invalid an outcome for that reason (Peterson et al. 2019).
//!
//! # What is trusted
//!
//! - The settler. One that lies, and has bought the shares of what it says, takes from all who held the truth what they
//!   would have had: at most what the market holds less what it paid; a lie is worth no more than
//!   `maker::deposit_up` and what others paid. It should be an oracle whose corruption costs more than that, and
//!   the role can be a contract's. One that says nothing makes the answer none, which it may have bought.
//! - The block in which trading ends. A sponsor that lets it go on after the answer can be known gives its deposit
//!   to whoever is the first to know, and so do all who trade later than that at other prices. Nobody else can
//!   change it. Whoever knows the answer before takes the same: for others it is too late, not for prices.
//!
//! # Who calls what
//!
//! The sponsor and the holders want the answer: whoever calls `expire` gets what is left, or its shares paid. Nobody waits for
//! another: each account is redeemed apart from all others, by anyone, for ever, and the sponsor has what is left with the answer.
//!
//! # What stands still when
//!
//! | number | fixed | moved until then |
//! | --- | --- | --- |
//! | liquidity, outcomes, blocks to settle | when the contract is deployed | by nobody |
//! | question, sponsor, and when trading ends | when the market is opened | by nobody |
//! | what a share pays for each answer | when the market is opened | by nobody |
//! | shares that are sold, and who holds them | when trading ends | by traders, each its own |
//! | the answer | when it is said, or the time is over | by the settler |
//! | what is left for the sponsor | with the answer | by traders, until trading ends |
//!
//! # What is owed
//!
//! As many tokens as there are shares of the answer; before that of the outcome of which most were sold; and credits. What the
//! contract holds beyond that is the sponsor's once there is an answer.
//!
//! # Literature
//!
//! Good, "Rational Decisions" (1952). Hanson, "Combinatorial Information Market Design" (2003); "Logarithmic Market
//! Scoring Rules for Modular Combinatorial Information Aggregation" (2007). Chen, Pennock, "A Utility Framework for
//! Bounded-Loss Market Makers" (2007). Chen, Dimitrov, Sami, Reeves, Pennock, Hanson, Fortnow, Gonen, "Gaming
//! Prediction Markets: Equilibrium Strategies with a Market Maker" (2010). Othman, Pennock, Reeves, Sandholm, "A
//! practical liquidity-sensitive automated market maker" (2013). Peterson, Krug, Zoltu, Williams, Alexander, "Augur: a
//! Decentralized Oracle and Prediction Market Platform (v2.0)" (2019).

mod entries;
pub mod maker;
mod records;
#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
mod tests;

pub use entries::*;
pub use records::*;

use carrots_kernel::sealed::MAX_WINDOW;

carrots_kernel::mechanism! {
    /// Shares of outcomes, bought from and sold to a maker at prices that say how likely they are.
    mechanism Market;

    params {
        /// how many shares it takes to move prices
        ///
        /// The sponsor lays by `liquidity * ln(outcomes)`.
        liquidity: Balance, "tokens", >= 1, <= MAX_LIQUIDITY;
        /// that exclude each other, and leave nothing out
        ///
        /// The last is that there is no answer.
        outcomes: u32, "outcomes", >= 2, <= MAX_OUTCOMES;
        /// for the settler, once trading has ended
        settle_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
    }

    roles {
        /// Says which outcome came true. It should hold no shares.
        settler,
    }

    storage {
        /// The state of the whole system.
        state: State;
        /// A market, and what it came to.
        markets: market(market: u32) -> Option<Book<Id>>;
        /// What an account holds of an outcome.
        holdings: holding(holder: Id, market: u32, outcome: u32) -> Balance;
    }

    messages {
        /// open a market, for what can be lost in it
        open(who, value, question: Hash, closes_at: Block, now) => Opened;
        /// buy shares of an outcome for at most the value; the rest is credited
        buy(who, value, market: u32, outcome: u32, shares: Balance, now) => Bought;
        /// sell shares of an outcome for at least so much, which is credited
        sell(who, market: u32, outcome: u32, shares: Balance, least: Balance, now) => Sold;
        /// settler: say which outcome came true
        settle(who, market: u32, outcome: u32, now) => Settled;
        /// settle a market as without an answer, once the settler's time is over
        expire(market: u32, now) => Settled;
        /// credit an account with a token for each share of the answer
        redeem(holder: Id, market: u32) => Redeemed(holder);
    }

    errors {
        /// The transferred value is not what can be lost.
        WrongDeposit,
        /// Trading would end before the next block, or later than in [`MAX_WINDOW`] blocks.
        WrongClose,
        /// No market has that number.
        NoMarket,
        /// No outcome has that number.
        NoOutcome,
        /// Trading has ended.
        Closed,
        /// Trading has not ended.
        Trading,
        /// The amount is zero.
        Zero,
        /// More than [`MAX_SHARES`] of the outcome would be sold.
        SharesTooMany,
        /// The shares cost more than the transferred value.
        CostTooHigh,
        /// The caller does not hold so many shares.
        SharesTooFew,
        /// The shares bring less than was asked for.
        PaymentTooLow,
        /// The caller is not the configured settler.
        NotSettler,
        /// There is an answer already.
        AlreadySettled,
        /// The settler's time is over.
        SettlingOver,
        /// The settler's time is not over.
        SettlingOpen,
        /// There is no answer yet.
        NotSettled,
        /// The account holds no shares of the answer.
        NothingToRedeem,
    }
}
