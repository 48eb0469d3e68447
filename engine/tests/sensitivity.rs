//! What is said of keys, on functions of which it is known.

use carrots::rows::{Cell, Column};
use carrots::sensitivity::{Effects, Indices, Limit, Measure, Prim, Tally, influences, series};
use carrots::sweep::{Axis, Design, Points};
use std::f64::consts::PI;
use toml::Value;

fn points(vary: &[&str], design: Design) -> Points {
    let axes = vary.iter().map(|one| one.parse::<Axis>().expect("it is sound")).collect();
    Points::new(axes, design, 2024).expect("it is sound")
}

fn number(value: &Value) -> f64 {
    value.as_float().or(value.as_integer().map(|whole| whole as f64)).expect("a number")
}

fn numbers(values: &[Value]) -> Vec<f64> {
    values.iter().map(number).collect()
}

/// What a function at all points of a design owes to each key, in the order of keys.
fn measures(points: &Points, f: impl Fn(&[Value]) -> f64) -> Vec<Measure> {
    let mut all =
        series(&[Column::whole("point"), Column::number("f")], 0, &[]).expect("it is there");
    for at in 0..points.count() {
        all[0].add(&[Cell::Whole(at.into()), Cell::Number(f(&points.point(at)))]);
    }
    let found = influences(points, &all).expect("the design is right").columns.remove(0);
    let weights: Vec<f64> = found.keys.iter().map(|of| of.measure.weight().0).collect();
    assert!(weights.is_sorted_by(|one, next| one >= next), "{weights:?}");
    let of = |axis: &Axis| found.keys.iter().find(|of| of.key == axis.key).map(|of| of.measure);
    points.axes().iter().filter_map(of).collect()
}

fn effects(vary: &[&str], paths: u64, f: impl Fn(&[Value]) -> f64) -> Vec<Effects> {
    let found = measures(&points(vary, Design::Morris(paths)), f);
    let effects = found.into_iter().map(|measure| match measure {
        Measure::Effects(effects) => effects,
        other => panic!("{other:?}"),
    });
    effects.collect()
}

/// The indices are near these, and these within the intervals.
fn indices_are(vary: &[&str], f: impl Fn(&[Value]) -> f64, first: &[f64], total: &[f64]) {
    let found = measures(&points(vary, Design::Saltelli(4096)), f);
    assert_eq!(found.len(), vary.len());
    for (key, measure) in found.into_iter().enumerate() {
        let Measure::Indices(Indices { first_low, first_high, total_low, total_high, .. }) =
            measure
        else {
            panic!("{measure:?}")
        };
        let Measure::Indices(found) = measure else { unreachable!() };
        let near = |one: f64, other: f64| (one - other).abs() < 0.01;
        assert!(near(found.first, first[key]), "{}: {found:?}, not {}", vary[key], first[key]);
        assert!(near(found.total, total[key]), "{}: {found:?}, not {}", vary[key], total[key]);
        assert!((first_low..=first_high).contains(&first[key]), "{}: {found:?}", vary[key]);
        assert!((total_low..=total_high).contains(&total[key]), "{}: {found:?}", vary[key]);
    }
}

/// Ishigami, Homma (1990), with a = 7 and b = 0.1: a key that acts by another only, and one that acts alone.
#[test]
fn ishigami() {
    let angle = |key: &str| format!("{key}=-{PI}..{PI}");
    let vary = ["x", "y", "z"].map(angle);
    let vary: Vec<&str> = vary.iter().map(String::as_str).collect();
    let f = |values: &[Value]| {
        let x = numbers(values);
        x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
    };
    indices_are(&vary, f, &[0.3139, 0.4424, 0.0], &[0.5576, 0.4424, 0.2437]);
}

/// Sobol's g-function (Saltelli, Sobol 1995).
#[test]
fn g_function() {
    let coefficients = [0.0, 1.0, 4.5, 9.0];
    let f = |values: &[Value]| {
        let factor = |(x, a): (f64, f64)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a);
        numbers(values).into_iter().zip(coefficients).map(factor).product()
    };
    let alone = coefficients.map(|a: f64| 1.0 / (3.0 * (1.0 + a).powi(2)));
    let all: f64 = alone.iter().map(|one| 1.0 + one).product();
    let first = alone.map(|one| one / (all - 1.0));
    let total = alone.map(|one| one * all / (1.0 + one) / (all - 1.0));
    indices_are(&["a=0.0..1", "b=0.0..1", "c=0.0..1", "d=0.0..1"], f, &first, &total);
}

/// Words and whole numbers: the parts of the variance are counted over all combinations.
#[test]
fn discrete_keys() {
    let (words, wholes) = ([5.0, -2.0, 1.0], [1.0, 2.0, 3.0, 4.0]);
    let of = |word: usize, whole: f64, part: f64| {
        words[word] + whole * if word == 0 { 2.0 } else { 0.5 } + part * whole
    };
    let f = |values: &[Value]| {
        let word = ["x", "y", "z"].iter().position(|word| Some(*word) == values[0].as_str());
        of(word.expect("one of these"), number(&values[1]), number(&values[2]))
    };
    let parts = [0.0, 1.0];
    let mut all = Vec::new();
    for (word, _) in words.iter().enumerate() {
        for (whole, value) in wholes.iter().enumerate() {
            for (part, share) in parts.iter().enumerate() {
                all.push(([word, whole, part], of(word, *value, *share)));
            }
        }
    }
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let variance = |numbers: &[f64]| {
        mean(&numbers.iter().map(|number| (number - mean(numbers)).powi(2)).collect::<Vec<_>>())
    };
    let whole_variance = variance(&all.iter().map(|one| one.1).collect::<Vec<_>>());
    // The variance of means over those that have the same of some keys.
    let known = |same: &dyn Fn([usize; 3]) -> [usize; 3]| {
        let mean_of = |(keys, _): &([usize; 3], f64)| {
            let alike = all.iter().filter(|one| same(one.0) == same(*keys));
            mean(&alike.map(|one| one.1).collect::<Vec<_>>())
        };
        variance(&all.iter().map(mean_of).collect::<Vec<_>>()) / whole_variance
    };
    let first = [
        known(&|[word, ..]| [word, 0, 0]),
        known(&|[_, whole, _]| [whole, 0, 0]),
        known(&|[.., part]| [part, 0, 0]),
    ];
    let total = [
        1.0 - known(&|[_, whole, part]| [whole, part, 0]),
        1.0 - known(&|[word, _, part]| [word, part, 0]),
        1.0 - known(&|[word, whole, _]| [word, whole, 0]),
    ];
    assert!(total.iter().zip(first).all(|(total, first)| *total > first + 0.001), "they interact");
    indices_are(&["kind=x,y,z", "count=1..4", "share=0.0,1.0"], f, &first, &total);
}

/// Of a sum each effect is the slope over the whole range, and no two differ.
#[test]
fn a_sum_has_its_slopes() {
    let vary = ["a=0.0..1", "b=-10..10", "c=1.0..1000:log", "kind=x,y", "idle=0.0..1"];
    let f = |values: &[Value]| {
        let kind = if values[3].as_str() == Some("y") { 4.0 } else { 0.0 };
        3.0 * number(&values[0]) - 0.5 * number(&values[1]) + number(&values[2]).log10() + kind
    };
    let found = effects(&vary, 10, f);
    for (effects, slope) in found.iter().zip([3.0, -10.0, 3.0, 4.0, 0.0]) {
        assert!((effects.mu - slope).abs() < 1e-9, "{effects:?}, not {slope}");
        assert!((effects.mu_star - slope.abs()).abs() < 1e-9, "{effects:?}");
        assert!(effects.sigma < 1e-9, "{effects:?}");
        assert!(effects.mu_star_high - effects.mu_star_low < 1e-9, "{effects:?}");
    }
}

/// Of a product each effect is the other factor: as spread as its four levels, with their mean.
#[test]
fn a_product_has_spread_effects() {
    let f = |values: &[Value]| numbers(values).iter().product();
    for effects in effects(&["a=0.0..1", "b=0.0..1"], 2_000, f) {
        assert!((effects.mu_star_low..=effects.mu_star_high).contains(&0.5), "{effects:?}");
        assert!((effects.sigma - 5f64.sqrt() / 6.0).abs() < 0.01, "{effects:?}");
    }
    let mean = |values: &[Value]| (number(&values[0]) - 0.5) * (number(&values[1]) - 0.5);
    for effects in effects(&["a=0.0..1", "b=0.0..1"], 2_000, mean) {
        assert!(effects.mu.abs() < 0.02 && effects.mu_star > 0.3, "signs cancel: {effects:?}");
    }
}

/// What is left out, and what nothing can be said of.
#[test]
fn missing_numbers_and_constants_are_told() {
    let points = points(&["a=0.0..1", "b=0.0..1"], Design::Saltelli(64));
    let columns = ["point", "some", "same", "none"].map(Column::number);
    let mut all = series(&columns, 0, &[]).expect("they are there");
    for at in 0..points.count() {
        let of = numbers(&points.point(at));
        let some = if (4..12).contains(&at) { Cell::None } else { Cell::Number(of[0]) };
        let row = [Cell::Number(0.0), some, Cell::Number(0.1 + 0.2), Cell::Number(f64::NAN)];
        all.iter_mut().for_each(|one| one.add(&row));
    }
    let [some, same, none] = &influences(&points, &all).expect("they are there").columns[..] else {
        panic!("three columns")
    };
    assert_eq!((some.used, some.left_out, some.keys.len()), (62, 2, 2));
    assert_eq!((same.constant, same.keys.len()), (Some(0.1 + 0.2), 0));
    assert_eq!((none.used, none.left_out, none.keys.len()), (0, 64, 0));
    let grid = self::points(&["a=1..4"], Design::Grid);
    let error = influences(&grid, &all).expect_err("a grid has no such groups");
    assert!(error.to_string().contains("--design morris or saltelli"));
}

const PLANTED: [&str; 4] = ["share=0.0..1", "count=1..100", "kind=a,b,c,d", "idle=0.0..1"];

/// Points of a box in three of four keys, of all but that of words one side or two.
fn planted(values: &[Value]) -> bool {
    let (share, count) = (number(&values[0]), number(&values[1]));
    (0.3..0.7).contains(&share)
        && count >= 40.0
        && ["b", "c"].contains(&values[2].as_str().unwrap_or(""))
}

fn prim(points: &Points, is_so: impl Fn(&[Value]) -> bool) -> Prim {
    let columns: Vec<Column> = points.axes().iter().map(Axis::column).collect();
    let all: Vec<Vec<Value>> = (0..points.count()).map(|at| points.point(at)).collect();
    let cells = |values: &Vec<Value>| {
        points.axes().iter().zip(values).map(|(axis, value)| axis.cell(value)).collect()
    };
    let cases = all.iter().map(|values| is_so(values)).collect();
    Prim::new(&columns, &all.iter().map(cells).collect::<Vec<_>>(), cases)
}

#[test]
fn a_planted_box_is_found() {
    for design in [Design::Latin(2_000), Design::Sobol(2_048), Design::Saltelli(256)] {
        let prim = prim(&points(&PLANTED, design), planted);
        let boxes = prim.peeled(0.05, 0.05);
        let tallies: Vec<Tally> = boxes.iter().map(|one| prim.tally(one)).collect();
        assert_eq!((tallies[0].coverage, tallies[0].support), (1.0, 1.0));
        let is_traded = |pair: &[Tally]| {
            pair[1].density > pair[0].density && pair[1].coverage <= pair[0].coverage
        };
        assert!(tallies.windows(2).all(is_traded), "{tallies:?}");
        let best = (0..boxes.len())
            .max_by(|one, other| tallies[*one].f1().total_cmp(&tallies[*other].f1()));
        let found = prim.pasted(&boxes[best.expect("there is one")], 0.05);
        let tally = prim.tally(&found);
        assert!(tally.coverage > 0.9 && tally.density > 0.9, "{design:?}: {tally:?}");
        let Some(Limit::Span(Some(Cell::Number(low)), Some(Cell::Number(high)))) =
            prim.limit(&found, 0)
        else {
            panic!("{design:?}: {found:?}")
        };
        assert!(
            (low - 0.3).abs() < 0.03 && (high - 0.7).abs() < 0.03,
            "{design:?}: {low} to {high}"
        );
        let Some(Limit::Span(Some(Cell::Whole(low)), None)) = prim.limit(&found, 1) else {
            panic!("{design:?}: {found:?}")
        };
        assert!((37..=43).contains(&low), "{design:?}: {low}");
        let words = ["b", "c"].map(|word| Cell::Text(word.into())).to_vec();
        assert_eq!(prim.limit(&found, 2), Some(Limit::Words(words)), "{design:?}");
        assert_eq!(prim.limit(&found, 3), None, "{design:?}");
        assert!((0..3).all(|key| prim.quasi_p(&found, key) < 1e-9), "{design:?}");
        assert!(prim.quasi_p(&found, 3) > 0.4, "{design:?}");
    }
}

/// On a grid whole values go at once, and a box is the planted one.
#[test]
fn a_planted_box_of_a_grid_is_found_exactly() {
    let vary = ["share=0.0..1:11", "count=1..10", "kind=a,b,c,d"];
    let is_so = |values: &[Value]| {
        number(&values[0]) < 0.45 && number(&values[1]) > 3.0 && values[2].as_str() != Some("d")
    };
    let prim = prim(&points(&vary, Design::Grid), is_so);
    let boxes = prim.peeled(0.05, 0.05);
    let found = prim.pasted(&boxes[boxes.len() - 1], 0.05);
    let tally = prim.tally(&found);
    assert_eq!((tally.coverage, tally.density), (1.0, 1.0), "{found:?}");
    assert_eq!(prim.limit(&found, 1), Some(Limit::Span(Some(Cell::Whole(4)), None)));
}

/// The binomial chance of Bryant and Lempert (2010), worked out by hand: without the limit two of four
/// points are cases, with it two of two.
#[test]
fn a_quasi_p_value_by_hand() {
    let prim = prim(&points(&["a=1..4"], Design::Grid), |values| number(&values[0]) > 2.0);
    let boxes = prim.peeled(0.25, 0.25);
    let found = &boxes[boxes.len() - 1];
    assert_eq!(prim.limit(found, 0), Some(Limit::Span(Some(Cell::Whole(3)), None)));
    assert!((prim.quasi_p(found, 0) - 0.25).abs() < 1e-12);
}

/// Nothing of what is looked for, or nothing else: no box is better than all points.
#[test]
fn without_cases_there_is_no_box() {
    for is_so in [true, false] {
        let prim = prim(&points(&PLANTED, Design::Latin(100)), |_| is_so);
        assert_eq!(prim.peeled(0.05, 0.05), [prim.all()]);
        assert_eq!(prim.pasted(&prim.all(), 0.05), prim.all());
    }
}
