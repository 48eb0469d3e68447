//! What the rules claim: [`carrots_logic::funding`] says why.

use crate::script::*;
use carrots::model::Agent;
use carrots_catalogue::funding::{Funding, Op, Receipt};
use carrots_kernel::math::sqrt_down;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::funding::{Accounts, Db, Kind, MAX_AMOUNT, Params};
use proptest::prelude::*;

/// The agents of these games. The last one sponsors and owns.
const AGENTS: usize = 24;
const OWNER: Agent = 23;

fn roomy(params: Params) -> Params {
    Params { max_contributors: 23, min_contribution: 1, ..params }
}

/// What each project is paid beside the deposit: contributions by project, and by agent from `ANN`
/// on, where nothing is not contributed. Projects are claimed in the order of `claims`.
fn paid(params: Params, pool: Balance, gifts: &[Vec<Balance>], claims: &[usize]) -> Vec<Balance> {
    let mut model = carrots_testkit::script::model::<Funding>(params, &[1 << 100; AGENTS]);
    if pool > 0 {
        play_all(&mut model, &[call(OWNER, pool, Op::Sponsor {})]);
    }
    for (gifts, project) in gifts.iter().zip(0..) {
        play_all(&mut model, &[propose(OWNER, &params)]);
        for (amount, who) in gifts.iter().zip(ANN..) {
            if *amount > 0 {
                play_all(&mut model, &[contribute(who, *amount, project)]);
            }
        }
    }
    play_all(&mut model, &end(&params));
    let mut paid = vec![0; gifts.len()];
    for at in claims {
        match play(&mut model, &claim(*at as u64)) {
            Ok(Some(Receipt::Claimed(claimed))) => paid[*at] = claimed.amount - params.deposit,
            other => panic!("{other:?}"),
        }
    }
    let matched: Balance =
        paid.iter().sum::<Balance>() - gifts.iter().flatten().copied().sum::<Balance>();
    let rest = match play(&mut model, &withdraw(OWNER, 0)) {
        Ok(Some(Receipt::Withdrawn(withdrawn))) => withdrawn.amount,
        _ => 0,
    };
    let left = model.db.state().pool;
    assert_eq!(left + rest + matched, pool, "what is not given comes back");
    assert!(left <= 2 * gifts.len() as Balance, "rounding left {left}");
    paid
}

/// The same for one project and a pool that suffices.
fn alone(params: Params, gifts: &[Balance]) -> Balance {
    paid(params, 1 << 90, &[gifts.to_vec()], &[0])[0]
}

fn gifts() -> impl Strategy<Value = Vec<Vec<Balance>>> {
    prop::collection::vec(prop::collection::vec(0..1_000_000u128, 1..8), 3)
}

/// The formulas of the sources, with floating point: the ideal match of each project.
fn ideal(params: &Params, gifts: &[Vec<Balance>]) -> Vec<f64> {
    let root =
        |project: &[Balance], who: usize| (project.get(who).copied().unwrap_or(0) as f64).sqrt();
    let common = |project: &[Balance], i: usize, j: usize| root(project, i) * root(project, j);
    let bound = params.pairwise_bound as f64;
    let pair = |project: &Vec<Balance>, i: usize, j: usize| {
        let everywhere: f64 = gifts.iter().map(|project| common(project, i, j)).sum();
        let part = if params.kind == Kind::Pairwise { bound / (bound + everywhere) } else { 1.0 };
        2.0 * common(project, i, j) * part
    };
    let of = |project: &Vec<Balance>| {
        (0..project.len())
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| pair(project, i, j))
            .sum()
    };
    gifts.iter().map(of).collect()
}

fn kinds() -> impl Strategy<Value = Params> {
    prop_oneof![Just(roomy(params())), Just(roomy(pairwise()))]
}

proptest! {
    #[test]
    fn matches_share_the_pool_in_any_order_of_claims(
        params in kinds(), pool in 0..1_000_000_000u128, gifts in gifts(),
    ) {
        let forth = paid(params, pool, &gifts, &[0, 1, 2]);
        let back = paid(params, pool, &gifts, &[2, 0, 1]);
        prop_assert_eq!(&forth, &back);
        let ideal = paid(params, 1 << 90, &gifts, &[0, 1, 2]);
        let raised = gifts.iter().map(|gifts| gifts.iter().sum::<Balance>());
        let matches = |paid: &[Balance]| -> Vec<Balance> {
            paid.iter().zip(raised.clone()).map(|(paid, raised)| paid - raised).collect()
        };
        let (given, wanted) = (matches(&forth), matches(&ideal));
        let (all, most) = (given.iter().sum::<Balance>(), wanted.iter().sum::<Balance>());
        // What pairs bring is rounded for each project, and for all projects together.
        let slack = if params.kind == Kind::Pairwise { 4 } else { 0 };
        let least = pool.min(most);
        prop_assert!(all <= least && all + 3 + slack >= least, "{all} of {pool}, {most}");
        // One factor for all: the same part of every ideal match, up to one token.
        for (given, wanted) in given.iter().zip(&wanted) {
            let part = if most > pool { wanted * pool / most } else { *wanted };
            prop_assert!(*given <= part && given + slack >= part, "{given} of {part}");
        }
    }

    #[test]
    fn matches_follow_the_formulas_however_contributions_are_made_up(
        params in kinds(), bound in 1..100_000_000u128, gifts in gifts(),
    ) {
        let params = Params { pairwise_bound: bound, ..params };
        let whole = paid(params, 1 << 90, &gifts, &[0, 1, 2]);
        let projects = gifts.iter().zip(&whole).zip(ideal(&params, &gifts));
        for ((gifts, paid), ideal) in projects {
            let got = (*paid - gifts.iter().sum::<Balance>()) as f64;
            let slack = ideal / f64::from(1 << 15) + 2.0 + gifts.len() as f64;
            prop_assert!((got - ideal).abs() <= slack, "{got}, expected {ideal}");
        }
        // Everyone gives in two parts, the second after all others gave the first.
        let mut model = carrots_testkit::script::model::<Funding>(params, &[1 << 100; AGENTS]);
        play_all(&mut model, &[call(OWNER, 1 << 90, Op::Sponsor {})]);
        let projects: Vec<_> = gifts.iter().map(|_| propose(OWNER, &params)).collect();
        play_all(&mut model, &projects);
        for second in [false, true] {
            for (gifts, project) in gifts.iter().zip(0..) {
                for (amount, who) in gifts.iter().zip(ANN..) {
                    let part = if second { amount - amount / 3 } else { amount / 3 };
                    if part > 0 {
                        play_all(&mut model, &[contribute(who, part, project)]);
                    }
                }
            }
        }
        play_all(&mut model, &end(&params));
        for (paid, project) in whole.iter().zip(0..) {
            let Ok(Some(Receipt::Claimed(claimed))) = play(&mut model, &claim(project)) else {
                panic!("not claimed")
            };
            prop_assert_eq!(claimed.amount - params.deposit, *paid);
        }
    }

    #[test]
    fn nobody_is_matched_alone(params in kinds(), gift in 1..MAX_AMOUNT) {
        prop_assert_eq!(alone(params, &[gift]), gift);
    }

    #[test]
    fn contributing_what_the_good_is_worth_at_the_margin_is_best(
        weight in 100..100_000u128, other in 1..1_000_000u128,
        others in prop::collection::vec(1..1_000_000u128, 0..6),
    ) {
        // With weight w, funds of F are worth 2 sqrt(w F).
        let payoff = |gift: Balance| {
            let funds = alone(roomy(params()), &[others.clone(), vec![gift]].concat());
            sqrt_down(4 * weight * funds) as i128 - gift as i128
        };
        let (best, tried) = (payoff(weight), payoff(other));
        prop_assert!(tried <= best + 2, "{other}: {tried}, {weight}: {best}");
        if !others.is_empty() {
            prop_assert!(best >= payoff(0) + weight as i128 - 2, "riding free is as good");
        }
    }

    #[test]
    fn splitting_over_accounts_draws_as_much_more_as_there_are(
        part in 1..1_000_000u128, accounts in 2..12u128,
    ) {
        let split = alone(roomy(params()), &vec![part; accounts as usize]);
        let whole = part * accounts;
        let slack = accounts * accounts * sqrt_down(part) / (1 << 13) + 2;
        prop_assert!(split <= whole * accounts && split + slack >= whole * accounts, "{split}");
    }

    #[test]
    fn accounts_that_collude_draw_no_more_than_the_bound_of_their_pairs(
        bound in 1..1_000_000u128, k in 2..8usize, amount in 1..MAX_AMOUNT / 32,
    ) {
        let params = Params { pairwise_bound: bound, ..roomy(pairwise()) };
        let gifts = vec![vec![amount; k]; 4];
        let all: Balance = paid(params, 1 << 90, &gifts, &[0, 1, 2, 3]).iter().sum();
        let matched = all - 4 * amount * k as Balance;
        prop_assert!(matched <= bound * (k * (k - 1)) as Balance, "{matched}");
    }

    #[test]
    fn a_bound_only_takes_away(bound in 1..1_000_000_000u128, gifts in gifts()) {
        let bounded = Params { pairwise_bound: bound, ..roomy(pairwise()) };
        let bounded = paid(bounded, 1 << 90, &gifts, &[0, 1, 2]);
        let free = paid(roomy(params()), 1 << 90, &gifts, &[0, 1, 2]);
        for (bounded, free) in bounded.iter().zip(free) {
            // Both are rounded: the one by pairs, the other by the sum.
            prop_assert!(*bounded <= free + free / (1 << 15) + 1, "{bounded} of {free}");
        }
    }

    #[test]
    fn pledging_what_the_good_is_worth_or_less_is_never_worse_than_not(
        others in prop::collection::vec(10..60u128, 0..4), pledge in 10..60u128,
        more in 0..100u128, bonus in 1..=1_000_000_000u32,
    ) {
        let params = Params { bonus: Perbill::from_parts(bonus), ..assurance() };
        let worth = pledge + more;
        // The others alone do not meet the threshold: the pledge is needed.
        let payoff = |pledges: bool| {
            let mut model = model(params, AGENTS);
            play_all(&mut model, &[propose(OWNER, &params)]);
            for (amount, who) in others.iter().zip(BOB..) {
                play_all(&mut model, &[contribute(who, *amount, 0)]);
            }
            if pledges {
                play_all(&mut model, &[contribute(ANN, pledge, 0)]);
            }
            play_all(&mut model, &end(&params));
            let funded = play(&mut model, &refund(ANN, 0)) == Err("NotFailed".into());
            let has = model.wealth(ANN);
            (has + if funded { worth } else { 0 }, funded)
        };
        let (silent, pledged) = (payoff(false), payoff(true));
        prop_assert!(!silent.1, "the others do not meet it");
        prop_assert!(pledged.0 >= silent.0, "{pledged:?}, {silent:?}");
        let due = params.bonus.mul_floor(pledge);
        prop_assert!(pledged.1 || pledged.0 == silent.0 + due, "{pledged:?}, {silent:?}");
    }

    #[test]
    fn no_pledge_in_front_makes_a_project_fail(
        others in prop::collection::vec(10..60u128, 0..4), front in 1..400u128,
    ) {
        let params = assurance();
        let mut model = model(params, AGENTS);
        play_all(&mut model, &[propose(OWNER, &params)]);
        for (amount, who) in others.iter().zip(CAT..) {
            play_all(&mut model, &[contribute(who, *amount, 0)]);
        }
        let missing = params.threshold - others.iter().sum::<Balance>();
        let front = match play(&mut model, &contribute(BOB, front, 0)) {
            Ok(Some(Receipt::Contributed(contributed))) => contributed.amount,
            _ => 0,
        };
        // Whoever meant to pledge all that was missing pledges what still is, and has the rest.
        let last = play(&mut model, &contribute(ANN, missing, 0)).is_ok();
        prop_assert_eq!(last, front < missing);
        prop_assert_eq!(model.db.credit(ANN), if last { front } else { 0 });
        play_all(&mut model, &end(&params));
        prop_assert!(!model.db.project(0).expect("it was proposed").failed(&params));
    }

    #[test]
    fn an_owner_who_pledges_what_is_missing_has_it_back_and_saves_the_bonuses(
        others in prop::collection::vec(10..60u128, 1..4),
    ) {
        let params = assurance();
        let owner = |fills: bool| {
            let mut model = model(params, AGENTS);
            play_all(&mut model, &[propose(OWNER, &params)]);
            for (amount, who) in others.iter().zip(BOB..) {
                play_all(&mut model, &[contribute(who, *amount, 0)]);
            }
            if fills {
                play_all(&mut model, &[contribute(OWNER, params.threshold, 0)]);
            }
            play_all(&mut model, &end(&params));
            model.wealth(OWNER)
        };
        let bonuses: Balance = others.iter().map(|pledge| params.bonus.mul_floor(*pledge)).sum();
        prop_assert_eq!(owner(true) - owner(false), others.iter().sum::<Balance>() + bonuses);
    }

    #[test]
    fn sponsors_get_back_the_same_part_of_what_they_added(
        params in kinds(), gifts in gifts(), reversed: bool,
        added in prop::collection::vec(1..1_000_000_000u128, 1..6),
    ) {
        let mut model = carrots_testkit::script::model::<Funding>(params, &[1 << 100; AGENTS]);
        for (amount, who) in added.iter().zip(ANN..) {
            play_all(&mut model, &[call(who, *amount, Op::Sponsor {})]);
        }
        for (gifts, project) in gifts.iter().zip(0..) {
            play_all(&mut model, &[propose(OWNER, &params)]);
            for (amount, who) in gifts.iter().zip(ANN..).filter(|(amount, _)| **amount > 0) {
                play_all(&mut model, &[contribute(who, *amount, project)]);
            }
        }
        play_all(&mut model, &end(&params));
        let (pool, given) = (added.iter().sum::<Balance>(), model.db.outcome(0).given);
        let mut sponsors: Vec<_> = added.iter().zip(ANN..).collect();
        if reversed {
            sponsors.reverse();
        }
        for (amount, who) in sponsors {
            let Ok(Some(Receipt::Withdrawn(withdrawn))) = play(&mut model, &withdraw(who, 0)) else {
                panic!("not withdrawn")
            };
            prop_assert_eq!(withdrawn.amount, amount * (pool - given) / pool);
            prop_assert_eq!(withdrawn.amount + withdrawn.used, *amount);
        }
    }

    #[test]
    fn the_reserve_covers_all_bonuses(
        pledges in prop::collection::vec(10..60u128, 0..5), bonus in 1..=1_000_000_000u32,
    ) {
        let params = Params { bonus: Perbill::from_parts(bonus), ..assurance() };
        let mut model = model(params, AGENTS);
        play_all(&mut model, &[propose(OWNER, &params)]);
        let pledged: Vec<_> = (ANN..).zip(&pledges).collect();
        for (who, amount) in &pledged {
            play_all(&mut model, &[contribute(*who, **amount, 0)]);
        }
        play_all(&mut model, &end(&params));
        let mut due = 0;
        for (who, pledge) in &pledged {
            let Ok(Some(Receipt::Refunded(refunded))) = play(&mut model, &refund(*who, 0)) else {
                panic!("not refunded")
            };
            prop_assert_eq!(refunded.pledge, **pledge);
            due += refunded.bonus;
        }
        let Ok(Some(Receipt::Claimed(claimed))) = play(&mut model, &claim(0)) else {
            panic!("not claimed")
        };
        prop_assert_eq!(claimed.amount + due, params.price());
        prop_assert!(claimed.amount >= params.deposit, "the deposit comes back");
    }
}

/// Two projects alike share a pool of 2,000; friends of the second take the places of the first for
/// the least contribution. It brings them what that draws less than it would have, and costs what it
/// keeps.
#[test]
fn taking_the_places_of_a_rival_pays_below_what_the_pool_would_give_it() {
    let crowd = vec![1_000; 5];
    for (least, pays) in [(10, true), (100, true), (200, false), (300, false)] {
        let params = Params { min_contribution: least, ..pairwise() };
        let gains = |rival: Vec<Balance>, pool| {
            let friends = [vec![0; 5], crowd.clone()].concat();
            paid(params, pool, &[rival, friends], &[0, 1])[1]
        };
        for (pool, pays) in [(2_000, pays), (1 << 90, false)] {
            let taken = [vec![0; 10], vec![least; 5]].concat();
            let more = gains(taken, pool) - gains(crowd.clone(), pool);
            assert!(more <= 1_000, "more than the rival's match: {more}");
            assert_eq!(more > 5 * least, pays, "{least} of {pool}: {more}");
        }
    }
}

#[test]
fn as_many_projects_as_anyone_likes_keep_nobody_out_and_hold_up_nobody() {
    let params = params();
    let mut model = model(params, 8);
    let many: Vec<_> = (0..300).map(|_| propose(BOB, &params)).collect();
    play_all(&mut model, &many);
    play_all(&mut model, &[propose(ANN, &params), contribute(CAT, 100, 300)]);
    play_all(&mut model, &[end(&params), vec![claim(300), collect(ANN)]].concat());
    assert_eq!(model.ledger().wallets[ANN as usize], WALLET + 100);
}

#[test]
fn a_contribution_that_comes_too_late_does_not_go_to_another_project() {
    let params = params();
    let mut model = model(params, 8);
    let next = [vec![propose(ANN, &params)], end(&params), vec![propose(CAT, &params)]];
    play_all(&mut model, &next.concat());
    assert_eq!(play(&mut model, &contribute(BOB, 100, 0)).err(), Some("RoundOver".into()));
    assert_eq!(model.db.project(1).map(|project| project.raised), Some(0));
}
