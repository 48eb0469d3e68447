//! Sealed-bid auctions.
//!
//! A *seller* opens *rounds*, one after the other. In a round's first window bidders commit to
//! what they bid, each with a deposit; in the second they reveal it and pay in what it can cost at
//! most; then anyone settles the round. One of five rules ([`Kind`]) says who wins which item at what
//! price: the first and the second price for one item ([`ranked`]), a uniform price for equal units
//! ([`ranked`]), the rule of Vickrey, Clarke and Groves for different items of which every bidder
//! wants at most one, and prices that are a line through a few knots ([`vcg`]).
//!
//! A bid is one value for each item, or, under the uniform price, for the first, the second … unit.
//! A value of zero is no bid, and a bid below the reserve price wins nothing. Of equal bids the one
//! that was committed first wins; under [`vcg`] a later one changes nothing unless the sum rises.
//!
//! A round ends in one of four ways: with items sold, all or some; without a bid; with bids that
//! nobody revealed; with bids that are all below the reserve price.
//!
//! **Intended behaviour**: everybody reveals. Bidders bid what the items are worth to them, except
//! under the first price, where each of `n` bids `(n - 1) / n` of it if values are spread evenly
//! from zero to a known most.
//!
//! # Why bidding the value pays, and where it does not
//!
//! Under the second price and under [`vcg`] a bid decides whether its bidder wins, never what it
//! pays: that is what the others lose by it. So no bid does better than the value, whatever others
//! bid (Vickrey 1961; Clarke 1971; Groves 1973; Leonard 1983). The same holds under the uniform
//! price for bidders who want a single unit. One who wants more lowers the price of its first unit
//! by bidding less for its last (demand reduction; Ausubel, Cramton 2002): where each of two wants two
//! of three units, worth 10 each, who bids for one alone gains 10, and nothing by the truth.
//!
//! Under the first price a bid is what its bidder pays, so it is shaded. With `n` values drawn
//! evenly from zero to one, `(n - 1) / n` of the value is an equilibrium and the seller expects
//! `(n - 1) / (n + 1)`, as much as under the second price (Krishna, Auction Theory, 2002).
//!
//! Truth costs the seller where few bid: in New Zealand in 1990 one high bid of 100,000 dollars
//! paid 6, another of 7 million paid 5,000 (McMillan 1994). The reserve price is against that. It is
//! also all there is against a ring, whose members leave the bidding to one of them (Graham,
//! Marshall 1987).
//!
//! # Which other prices there are
//!
//! Under `linear` the items go where they do under [`vcg`], and a winner pays of what the contract sees: of
//! its own bid, of what the others could have without it, less of what they have with it, each a share, and
//! then by a line through a few knots. Who bids less than that wins nothing. Among these are the first price
//! (all of the bid), the second and VCG (all of what the others could have less all that they have), either
//! with any reserve price (a line that is level up to it), and rules under which truth is not best: they are
//! there to be searched. For one item truth is best under any line that is nowhere below the second bid, and
//! of these the level up to Myerson's reserve price and then the second bid earns most, where virtual values
//! rise (Myerson 1981).
//!
//! # Why withholding does not pay
//!
//! Reveals are public as they come, so whoever reveals last knows more than when it committed. Who
//! committed twice, from two accounts, could open the lower bid where that one wins too: under the
//! first price it gains the spread of the two. And a seller could commit to many prices and open
//! the one just below the highest bid, under every rule but the first price (the auctions that
//! Akbarpour and Li, 2020, call not credible). Both lose the deposit of what they withhold, so
//! `deposit` must exceed what a withheld bid can gain (Ferreira, Weinberg 2020). A bid of the seller
//! that it does open is a reserve price that it did not announce: bidding the value stays best.
//!
//! That is why a withheld bid's deposit goes to a *sink* and to neither party: paid to the seller it
//! would be free for a seller to withhold, paid to the winner for a winner.
//!
//! What a deposit cannot do: who is kept from revealing by those who write blocks loses it:
//! `reveal_blocks` should last longer than anyone can do that.
//!
//! # Why places cannot be held for nothing
//!
//! A round has `max_bidders` places, since settling looks at all bids. Whoever came first to all of
//! them would keep everybody else out, buy at the reserve price, and have its deposits back. So where
//! all places are taken a higher deposit takes that of the lowest, and of equal ones that of the
//! latest, which is credited at once and may commit again. To keep out a bidder who lays by `d`
//! takes `d` or more in every place, which is lost with a bid that is not revealed. So a bidder who
//! fears for its place lays by what it has beside its bid, and has it back when the round is settled:
//! from the start, since to what is done in the window's last block nobody can answer. **It still
//! pays** whoever can lay by in every place that others leave what its rival can in one: `max_bidders`
//! should be well above the bidders that are expected.
//!
//! A deposit tells a little of what its bidder has: while there is room the least is enough.
//!
//! # Why the order of calls does not matter
//!
//! A commitment binds the contract, its account and its round, so a copied one cannot be opened.
//! Which bids are in is settled when the first window closes, and no call of another can stop a
//! reveal. The order of the commitments only decides between equal bids, and between equal deposits
//! who loses its place.
//!
//! # What stands still when
//!
//! | number | fixed | moved until then |
//! | --- | --- | --- |
//! | rule, items, reserve price, windows | when the contract is deployed | by nobody |
//! | a bid | when it is committed to | by nobody |
//! | a bid's deposit, which it loses if it is not revealed | when it is committed to | by nobody |
//! | which bids have places, and their order | when the first window is over | by higher deposits |
//! | which bids count | when the second window is over | by their bidders alone |
//! | who wins what, and for how much | when the second window is over | by reveals |
//!
//! Settling later changes nothing of it. Winners, losers and the seller are paid only then: each has
//! a reason to call it.
//!
//! # What is owed
//!
//! In an open round every commitment's deposit, and what each revealed bid can cost at most; and all
//! credits, among them deposits of bids that lost their places. Settling turns the first two into
//! credits: prices to the seller, withheld deposits to the sink, everything else back to the bidders.
//! So nothing is left that nobody can collect.

mod entries;
pub mod outcome;
pub mod ranked;
mod records;
pub mod sale;
#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]
mod tests;
pub mod vcg;

pub use carrots_kernel::sealed::Phase;
pub use entries::*;
pub use records::*;

use carrots_kernel::line::Line;
use carrots_kernel::math::{part_down, part_up};
use carrots_kernel::sealed::{self, MAX_WINDOW};
use Error as E;

carrots_kernel::mechanism! {
    /// Sealed bids, committed to and revealed, win items at the first, second, uniform, VCG or a linear price.
    mechanism Auction;

    params {
        /// who wins, and at what price
        kind: Kind, "rule";
        /// sold in a round
        items: u32, "items", >= 1, <= MAX_ITEMS;
        /// commitments of a round
        ///
        /// So many times what a rival lays by it takes to keep it out.
        max_bidders: u32, "accounts", >= 1, <= MAX_BIDDERS;
        /// least price of an item
        ///
        /// A higher one than the highest bid could not be met.
        reserve_price: Balance, "tokens", <= MAX_BID;
        /// the least that a bidder loses if it does not reveal
        ///
        /// More than a withheld bid can gain, or withholding pays.
        deposit: Balance, "tokens", >= 1;
        /// in which bids are committed to
        commit_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// after them, in which bids are revealed
        reveal_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// under linear: of its own bid, what a winner pays
        bid_share: Perbill = default, "fraction";
        /// under linear: of the most that the others could have without it, what it pays
        without_share: Perbill = default, "fraction";
        /// under linear: of what the others have with it, what it pays less
        beside_share: Perbill = default, "fraction";
        /// under linear: its price by the sum of these; the sum itself if there is no knot
        price_line: Line = default, "tokens";
    }

    checks {
        /// one item under first_price and second_price
        items: NotOneItem = items == 1 || !matches!(kind, Kind::FirstPrice | Kind::SecondPrice);
        /// each knot behind the one before it
        price_line: KnotsOutOfOrder = price_line.is_sound();
    }

    roles {
        /// Opens rounds and is credited with the prices.
        seller,
        /// Is credited with the deposits of those who do not reveal. It should be neither the
        /// seller nor a bidder.
        sink != seller,
    }

    storage {
        /// The state of the whole system.
        state: State;
        /// A round.
        rounds: round(round: u32) -> Round;
        /// Who committed to a bid in the open round, by its place in the order of commitments.
        bidders: bidder(round: u32, index: u32) -> Option<Id>;
        /// An account's bid in the open round.
        bids: bid(who: Id, round: u32) -> Bid;
        /// Who won an item of a settled round, and for how much.
        awards: award(round: u32, item: u32) -> Option<Award<Id>>;
    }

    messages {
        /// seller: open the next round
        open(who, now) => Opened;
        /// commit to a bid, with a deposit
        commit(who, value, commitment: Hash, now) => Committed;
        /// reveal the bid, with what it can cost at most
        reveal(who, value, values: Values, salt: Salt, now) => Revealed;
        /// settle the open round, once its windows are over
        settle(now) => Settled;
    }

    errors {
        /// The caller is not the configured seller.
        NotSeller,
        /// The last round is not settled.
        RoundOpen,
        /// No round is open.
        NoRound,
        /// The window for commitments is over.
        CommitOver,
        /// The transferred value is below the least deposit.
        DepositTooLow,
        /// The caller committed to a bid in this round already.
        AlreadyCommitted,
        /// There are `max_bidders` commitments already, each with as high a deposit.
        BiddersFull,
        /// The window for reveals has not begun.
        RevealNotBegun,
        /// The window for reveals is over.
        RevealOver,
        /// The caller committed to no bid in this round.
        NotCommitted,
        /// The caller revealed its bid already.
        AlreadyRevealed,
        /// The commitment is to other values or another salt.
        WrongReveal,
        /// A value stands where there is no item.
        NoSuchItem,
        /// A value is above [`MAX_BID`].
        BidTooHigh,
        /// Under the uniform price: a unit is valued more than the one before it.
        ValuesIncrease,
        /// The transferred value is not what the bid can cost at most.
        WrongPayment,
        /// The window for reveals is not over.
        RevealNotOver,
    }
}

impl Params {
    /// Where a round stands in block `now`.
    pub fn phase(&self, round: &Round, now: Block) -> Phase {
        sealed::phase(round.start, self.commit_blocks, self.reveal_blocks, now)
    }

    /// What a bid can cost at most: its bidder pays that in when it reveals.
    pub fn cost_max(&self, values: &Values) -> Balance {
        match self.kind {
            // At most eight times 2^120: no overflow.
            Kind::UniformPrice => values.iter().fold(0, |sum, value| sum.saturating_add(*value)),
            _ => values.iter().copied().max().unwrap_or(0),
        }
    }

    /// Whether a value wins an item that nobody else wants: it is at least the reserve price, and
    /// not zero.
    pub fn wins(&self, value: Balance) -> bool {
        value >= self.reserve_price.max(1)
    }

    /// What a winner pays under [`Kind::Linear`], rounded down: by its bid, what the others have beside it, and
    /// what they lose by it.
    fn linear_price_down(&self, bid: Balance, beside: Balance, lost: Balance) -> Balance {
        // At most nine times 2^120: no overflow.
        let without = part_down(self.without_share, beside.saturating_add(lost));
        let sum = part_down(self.bid_share, bid).saturating_add(without);
        let sum = sum.saturating_sub(part_up(self.beside_share, beside));
        self.price_line.at_down(sum).max(self.reserve_price)
    }

    /// Whether a bid can be revealed.
    fn check_bid(&self, values: &Values) -> Result<(), Error> {
        if values.iter().skip(self.items()).any(|value| *value > 0) {
            return Err(E::NoSuchItem);
        }
        if values.iter().any(|value| *value > MAX_BID) {
            return Err(E::BidTooHigh);
        }
        if self.kind == Kind::UniformPrice && !values.is_sorted_by(|one, next| one >= next) {
            return Err(E::ValuesIncrease);
        }
        Ok(())
    }

    /// The items as a length.
    fn items(&self) -> usize {
        self.items as usize
    }
}
