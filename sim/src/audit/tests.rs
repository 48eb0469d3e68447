//! What is claimed of symmetry, against looking at everyone.

use super::*;
use crate::models::auction;

fn auction(set: &[&str]) -> Scene<auction::Game> {
    let text = include_str!("../../scenarios/auction-second-price.toml");
    let set: Vec<String> = set.iter().map(ToString::to_string).collect();
    let document = Document::parse("auction".into(), text.into(), &set).expect("it is TOML");
    let scenario = document.scenario().expect("it is a scenario");
    Scene::new(&scenario).expect("it is a game")
}

fn same<P: Play>(scene: &Scene<P>, properties: &[Property]) {
    for property in properties {
        let terms = Terms::of(*property);
        let [alike, apart] = [Outcomes::new, Outcomes::apart].map(|outcomes| {
            let mut outcomes = outcomes(scene, Limits::default()).expect("few play");
            (outcomes.alike, outcomes.check(&terms))
        });
        assert!(alike.0 && !apart.0);
        let (alike, apart) = (alike.1, apart.1);
        assert_eq!(alike.verdict, apart.verdict, "\n{alike}\n{apart}");
        assert_eq!(alike.gain, apart.gain, "\n{alike}\n{apart}");
        assert!(alike.checked > 0 && apart.checked > 0, "\n{alike}\n{apart}");
    }
}

#[test]
fn bidders_are_as_alike_as_they_say() {
    use Property::*;
    for kind in ["first_price", "second_price", "uniform_price", "vcg"] {
        let scene = auction(&[
            "audit={}",
            "audit.bidders=3",
            "world.values=[{uniform={min=0,max=3}}]",
            "params.deposit=2",
            &format!("params.kind={kind}"),
            if kind.ends_with("st_price") || kind == "second_price" {
                "params.items=1"
            } else {
                "params.items=2"
            },
        ]);
        same(
            &scene,
            &[
                DominantStrategy,
                ExPost,
                Bayesian,
                IndividualRationality,
                Efficiency,
                OptimalRevenue,
                Revenue,
                Coalition,
                Immunity,
                Griefing,
            ][..if kind == "vcg" || kind == "uniform_price" { 6 } else { 10 }],
        );
    }
}
