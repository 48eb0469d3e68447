//! What bidders and the seller gain by doing otherwise: [`carrots_logic::auction`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance, Step};
use carrots_catalogue::auction::{Auction, SELLER, SINK};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::auction::{Accounts, Award, Db, Kind, Params, Values};
use carrots_testkit::script::model;
use proptest::collection::vec;
use proptest::prelude::*;

const AGENTS: usize = 12;
/// The others in these games are Bob and those behind him.
const OTHERS: usize = 5;

type Bids = Vec<(Agent, Values)>;

/// A model in which the first round was settled.
fn settled(
    params: Params,
    bids: &[(Agent, Values)],
    revealed: &[(Agent, Values)],
) -> Instance<Auction> {
    let mut model = model::<Auction>(params, &[WALLET; AGENTS]);
    play_all(&mut model, &round(&params, bids, revealed));
    model
}

fn awards(model: &Instance<Auction>) -> Vec<(usize, Award<Agent>)> {
    (0..8).filter_map(|item| Some((item as usize, model.db.award(0, item)?))).collect()
}

/// What agents have more than at the start.
fn change(model: &Instance<Auction>, who: &[Agent]) -> i128 {
    who.iter().map(|who| model.wealth(*who) as i128 - WALLET as i128).sum()
}

fn kinds() -> impl Strategy<Value = Params> {
    use Kind::*;
    let kinds = [FirstPrice, SecondPrice, UniformPrice, Vcg, Linear];
    let all = Perbill::one();
    (prop::sample::select(kinds.to_vec()), 1..=4u32, 0..15u128).prop_map(
        move |(kind, items, reserve_price)| {
            let items = if matches!(kind, FirstPrice | SecondPrice) { 1 } else { items };
            // Another way to say VCG.
            let shares = Params { without_share: all, beside_share: all, ..params() };
            Params { kind, items, reserve_price, max_bidders: 12, ..shares }
        },
    )
}

/// A bid that can be revealed, from any numbers.
fn sound(params: &Params, numbers: &[Balance]) -> Values {
    let mut values = bid(&numbers[..params.items as usize]);
    if params.kind == Kind::UniformPrice {
        values.sort_by(|one, next| next.cmp(one));
    }
    values
}

fn numbers() -> impl Strategy<Value = Vec<Balance>> {
    vec(0..20u128, 4)
}

fn all(params: &Params, numbers: &[Vec<Balance>]) -> Bids {
    (BOB..).zip(numbers).map(|(who, numbers)| (who, sound(params, numbers))).collect()
}

/// The highest sum of what items are worth above the reserve price, by trying every assignment.
fn highest(params: &Params, bids: &[Values], taken: u32) -> Balance {
    let Some((first, rest)) = bids.split_first() else { return 0 };
    let free = (0..params.items).filter(|item| taken & (1 << item) == 0);
    let worth = free.filter_map(|item| {
        let surplus = first[item as usize].checked_sub(params.reserve_price)?;
        Some(surplus + highest(params, rest, taken | 1 << item))
    });
    worth.chain([highest(params, rest, taken)]).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn truth_is_never_worse_than_any_other_bid(
        params in kinds(), others in vec(numbers(), 0..OTHERS), own in numbers(),
        lie in numbers(), place in 0..=OTHERS,
    ) {
        prop_assume!(params.kind != Kind::FirstPrice);
        let (truth, lie) = match params.kind {
            // A single unit is wanted, but any may be bid for.
            Kind::UniformPrice => (bid(&own[..1]), sound(&params, &lie)),
            _ => (sound(&params, &own), sound(&params, &lie)),
        };
        let others = all(&params, &others);
        let gain = |values: Values| {
            let mut bids = others.clone();
            bids.insert(place.min(others.len()), (ANN, values));
            let model = settled(params, &bids, &bids);
            let won = awards(&model).into_iter().filter(|(_, award)| award.winner == ANN);
            let worth = won.map(|(item, _)| match params.kind {
                Kind::UniformPrice => truth[0],
                _ => truth[item],
            });
            worth.max().unwrap_or(0) as i128 + change(&model, &[ANN])
        };
        let (truthful, lying) = (gain(truth), gain(lie));
        prop_assert!(truthful >= 0, "{truthful}");
        prop_assert!(lying <= truthful, "{lying} instead of {truthful}");
    }

    #[test]
    fn vcg_prices_are_what_the_others_lose(
        params in kinds(), numbers in vec(numbers(), 0..OTHERS),
    ) {
        let params = Params { kind: Kind::Vcg, ..params };
        let bids = all(&params, &numbers);
        let values: Vec<Values> = bids.iter().map(|(_, values)| *values).collect();
        let (model, best) = (settled(params, &bids, &bids), highest(&params, &values, 0));
        let mut sum = 0;
        for (item, award) in awards(&model) {
            let at = (award.winner - BOB) as usize;
            let surplus = values[at][item] - params.reserve_price;
            let mut others = values.clone();
            others.remove(at);
            let lost = highest(&params, &others, 0) - (best - surplus);
            prop_assert_eq!(award.price, params.reserve_price + lost, "item {}", item);
            sum += surplus;
        }
        prop_assert_eq!(sum, best);
    }

    #[test]
    fn the_seller_gets_what_winners_pay_and_nobody_else_pays(
        params in kinds(), numbers in vec(numbers(), 0..OTHERS),
    ) {
        let bids = all(&params, &numbers);
        let model = settled(params, &bids, &bids);
        let awards = awards(&model);
        for (who, values) in &bids {
            let won: Vec<_> = awards.iter().filter(|(_, award)| award.winner == *who).collect();
            let paid: Balance = won.iter().map(|(_, award)| award.price).sum();
            prop_assert_eq!(change(&model, &[*who]), -(paid as i128));
            if params.kind.assigns() {
                prop_assert!(won.len() <= 1);
                let (item, award) = match won.first() { Some(won) => *won, None => continue };
                prop_assert!((params.reserve_price..=values[*item]).contains(&award.price));
            }
        }
        let paid: Balance = awards.iter().map(|(_, award)| award.price).sum();
        prop_assert_eq!(change(&model, &[SELLER]), paid as i128);
        prop_assert_eq!(change(&model, &[SINK]), 0);
    }

    #[test]
    fn a_withheld_bid_costs_its_deposit_and_changes_nothing_else(
        params in kinds(), numbers in vec((numbers(), any::<bool>()), 0..OTHERS),
    ) {
        let (numbers, opens): (Vec<_>, Vec<_>) = numbers.into_iter().unzip();
        let bids = all(&params, &numbers);
        let opened = bids.iter().zip(&opens).filter(|(_, opens)| **opens).map(|(bid, _)| *bid);
        let opened: Bids = opened.collect();
        let (model, alone) = (settled(params, &bids, &opened), settled(params, &opened, &opened));
        prop_assert_eq!(awards(&model), awards(&alone));
        let deposit = params.deposit as i128;
        for ((who, _), opens) in bids.iter().zip(&opens) {
            let expected = if *opens { change(&alone, &[*who]) } else { -deposit };
            prop_assert_eq!(change(&model, &[*who]), expected);
        }
        let withheld = (bids.len() - opened.len()) as i128;
        prop_assert_eq!(change(&model, &[SINK]), withheld * deposit);
        prop_assert_eq!(change(&model, &[SELLER]), change(&alone, &[SELLER]));
    }

    #[test]
    fn the_order_of_reveals_does_not_matter(
        params in kinds(), numbers in vec(numbers(), 0..OTHERS), turn in 0..OTHERS,
    ) {
        let bids = all(&params, &numbers);
        let mut turned = bids.clone();
        turned.rotate_left(turn.min(bids.len()));
        let (one, other) = (settled(params, &bids, &bids), settled(params, &bids, &turned));
        prop_assert_eq!(one.storage(), other.storage());
    }

    #[test]
    fn opening_only_the_low_of_two_bids_gains_their_spread_less_the_deposit(
        low in 50..500u128, spread in 1..500u128, deposit in 1..500u128, other in 0..50u128,
    ) {
        let params = Params { kind: Kind::FirstPrice, items: 1, deposit, ..params() };
        let (high, low) = ((ANN, bid(&[low + spread])), (CAT, bid(&[low])));
        let bids = [high, low, (BOB, bid(&[other]))];
        let gain = |revealed| change(&settled(params, &bids, revealed), &[ANN, CAT]);
        let more = gain(&bids[1..]) - gain(&bids);
        prop_assert_eq!(more, spread as i128 - deposit as i128);
    }

    #[test]
    fn a_seller_who_opens_one_of_its_bids_loses_the_deposits_of_the_others(
        second in 50..500u128, spread in 2..500u128, deposit in 1..500u128, shills in 1..4u32,
    ) {
        let params = Params { kind: Kind::SecondPrice, items: 1, deposit, ..params() };
        let (highest, own) = (second + spread, CAT..CAT + shills);
        let bidders = [(ANN, bid(&[highest])), (BOB, bid(&[second]))];
        // The first of the seller's bids is just below the highest; the others were for other cases.
        let shill = |who| (who, bid(&[highest + Balance::from(who - CAT) - 1]));
        let bids: Bids = bidders.into_iter().chain(own.clone().map(shill)).collect();
        let seller: Vec<Agent> = own.chain([SELLER]).collect();
        let honest = change(&settled(params, &bidders, &bidders), &seller);
        let shilled = change(&settled(params, &bids, &bids[..3]), &seller);
        let withheld = i128::from(shills - 1) * deposit as i128;
        prop_assert_eq!(shilled - honest, spread as i128 - 1 - withheld);
    }
    /// Bidders of these deposits commit in order; who is refused or loses its place does not count.
    #[test]
    fn the_highest_deposits_have_the_places(
        more in vec(0..4u128, 1..10), places in 1..6u32,
    ) {
        let params = Params { kind: Kind::SecondPrice, items: 1, max_bidders: places, ..params() };
        let mut model = model::<Auction>(params, &[WALLET; AGENTS]);
        play_all(&mut model, &[open()]);
        let deposits: Vec<(Agent, Balance)> =
            (ANN..).zip(more.iter().map(|more| params.deposit + more)).collect();
        for (who, deposit) in &deposits {
            let Step::Call { who, value, op, .. } = commit(*who, *deposit, 0, &bid(&[60])) else {
                panic!("it is a call")
            };
            let _ = model.apply(who, value, op);
        }
        // Of equal deposits the first ones; their bids in the order in which they were committed to.
        let mut best: Vec<usize> = (0..deposits.len()).collect();
        best.sort_by_key(|at| std::cmp::Reverse(deposits[*at].1));
        best.truncate(places as usize);
        best.sort();
        let expected: Vec<Agent> = best.iter().map(|at| deposits[*at].0).collect();
        let bidders = (0..places).filter_map(|place| model.db.bidder(0, place));
        prop_assert_eq!(bidders.collect::<Vec<_>>(), expected.clone());
        for (who, deposit) in &deposits {
            let has = model.ledger().wallets[*who as usize] + model.db.credit(*who);
            let locked = if expected.contains(who) { *deposit } else { 0 };
            prop_assert_eq!(has, WALLET - locked, "{}", who);
        }
    }

    #[test]
    fn a_withheld_bid_loses_all_that_was_laid_by(more in 0..1_000u128) {
        let params = Params { kind: Kind::SecondPrice, items: 1, ..params() };
        let mut model = model::<Auction>(params, &[WALLET; AGENTS]);
        let lost = params.deposit + more;
        let over = blocks(params.commit_blocks + params.reveal_blocks);
        play_all(&mut model, &[open(), commit(ANN, lost, 0, &bid(&[60])), over, settle()]);
        prop_assert_eq!(change(&model, &[ANN]), -(lost as i128));
        prop_assert_eq!(change(&model, &[SINK]), lost as i128);
    }
}
