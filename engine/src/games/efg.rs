//! Reads and writes games in extensive form as Gambit does (`.efg`, McKelvey, McLennan, Turocy).
//!
//! ```text
//! EFG 2 R "title" { "player" … } "comment"
//! c "node" SET "label" { "event" chance … } OUTCOME "label" { payoff, … }
//! p "node" PLAYER SET "label" { "action" … } OUTCOME "label" { payoff, … }
//! t "node" OUTCOME "label" { payoff, … }
//! ```
//!
//! Nodes stand in the order of a walk that goes down before it goes on. What a number of a set or
//! of an outcome stands for is said where it comes first, and may be said again. Outcome 0 is none.
//! Outcomes on the way to an end are added to the end's payoffs. Names of nodes and outcomes, and
//! which chance moves share a number are not kept.

use super::Limit;
use super::extensive::{Builder, Extensive, Invalid, Node};
use super::lexer::{Lexer, Malformed, Token, quote};
use crate::exact::Rational;
use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;
use std::rc::Rc;

/// Reads a game of at most as many nodes as the limit has steps.
pub fn read(text: &str, limit: Limit) -> Result<Extensive, Malformed> {
    let mut lexer = Lexer::new(text)?;
    lexer.word("EFG")?;
    lexer.word("2")?;
    if !matches!(lexer.peek(), Token::Word("R" | "D")) {
        return Err(lexer.wrong("`R` or `D`"));
    }
    lexer.advance()?;
    let title = lexer.text("the game's title in quotes")?;
    let players = lexer.texts("a player's name in quotes")?;
    let mut builder = Builder::new(title, players.iter().cloned(), limit);
    if matches!(lexer.peek(), Token::Text(_)) {
        builder.comment(lexer.text("a comment")?);
    }
    let (sets, chances, outcomes) = (HashMap::new(), HashMap::new(), HashMap::new());
    Reader { lexer, builder, players: players.len(), sets, chances, outcomes }.tree()
}

/// Writes a game: what [`read`] gives back if the game was built in the order of its walk.
pub fn write(game: &Extensive) -> String {
    let names = game.players().iter().map(|name| quote(name)).collect::<Vec<_>>().join(" ");
    let mut text =
        format!("EFG 2 R {} {{ {names} }}\n{}\n\n", quote(game.title()), quote(game.comment()));
    let mut own = vec![0; game.players().len()];
    let numbers: Vec<usize> = game.sets().iter().map(|set| count(&mut own[set.player])).collect();
    let (mut outcomes, mut chances) = (HashMap::new(), 0);
    let mut open = vec![0];
    while let Some(node) = open.pop() {
        open.extend(game.children(node).rev());
        // Writing to a text cannot fail.
        let _ = match &game.nodes()[node] {
            Node::Chance { events, .. } => {
                let event =
                    |(name, chance): &(String, Rational)| format!("{} {chance}", quote(name));
                let events = events.iter().map(event).collect::<Vec<_>>().join(" ");
                writeln!(text, "c \"\" {} \"\" {{ {events} }} 0", count(&mut chances))
            }
            Node::Decision { set, .. } => {
                let (number, set) = (numbers[*set], &game.sets()[*set]);
                let actions =
                    set.actions.iter().map(|name| quote(name)).collect::<Vec<_>>().join(" ");
                let label = quote(&set.label);
                writeln!(text, "p \"\" {} {number} {label} {{ {actions} }} 0", set.player + 1)
            }
            Node::Terminal { payoffs } => {
                let next = outcomes.len() + 1;
                let number = outcomes.entry(payoffs).or_insert(next);
                let payoffs =
                    payoffs.iter().map(Rational::to_string).collect::<Vec<_>>().join(", ");
                writeln!(text, "t \"\" {number} \"\" {{ {payoffs} }}")
            }
        };
    }
    text
}

fn count(counter: &mut usize) -> usize {
    *counter += 1;
    *counter
}

/// What was earned on the way to a node.
type Earned = Option<Rc<Vec<Rational>>>;

struct Reader<'a> {
    lexer: Lexer<'a>,
    builder: Builder,
    players: usize,
    /// By the player's and the set's number.
    sets: HashMap<(usize, usize), usize>,
    /// By the number of the chance move.
    chances: HashMap<usize, Vec<(String, Rational)>>,
    /// By the outcome's number.
    outcomes: HashMap<usize, Rc<Vec<Rational>>>,
}

impl Reader<'_> {
    fn tree(mut self) -> Result<Extensive, Malformed> {
        let mut open: Vec<(usize, Earned)> = vec![(0, None)];
        while let Some((at, earned)) = open.pop() {
            let place = self.lexer.place();
            let kind = match self.lexer.peek() {
                Token::Word(kind @ ("c" | "p" | "t")) => *kind,
                _ => return Err(self.lexer.wrong("a node: `c`, `p` or `t`")),
            };
            self.lexer.advance()?;
            self.lexer.text("the node's name in quotes")?;
            let children = match kind {
                "c" => self.chance(at)?,
                "p" => self.decision(at)?,
                _ => {
                    let payoffs = self.outcome(earned)?;
                    let payoffs = payoffs.map_or_else(|| self.nothing(), |sum| sum.to_vec());
                    self.builder.terminal(at, payoffs).map_err(|error| invalid(place, error))?;
                    continue;
                }
            };
            let earned = self.outcome(earned)?;
            open.extend(children.rev().map(|child| (child, earned.clone())));
        }
        match self.lexer.peek() {
            Token::End => self.builder.build().map_err(|error| invalid(self.lexer.place(), error)),
            _ => Err(self.lexer.wrong("the end of the file: the tree has no open ends")),
        }
    }

    fn chance(&mut self, at: usize) -> Result<Range<usize>, Malformed> {
        let number = self.lexer.index("the number of the chance move")?;
        let (_, place) = self.label()?;
        if self.lexer.take(&Token::Open)? {
            let mut events = Vec::new();
            while !self.lexer.take(&Token::Close)? {
                let name = self.lexer.text("an event's name in quotes, or `}`")?;
                events.push((name, self.lexer.number("the event's chance")?));
            }
            let known = self.chances.entry(number).or_insert_with(|| events.clone());
            if *known != events {
                let message =
                    format!("other events than above: expected those of chance move {number}");
                return Err(Malformed::at(place, message));
            }
        }
        let Some(events) = self.chances.get(&number) else {
            return Err(self.lexer.wrong(&format!("`{{` and the events of chance move {number}")));
        };
        self.builder.chance(at, events.clone()).map_err(|error| invalid(place, error))
    }

    fn decision(&mut self, at: usize) -> Result<Range<usize>, Malformed> {
        let place = self.lexer.place();
        let player = self.lexer.index("the number of the player")?;
        if player == 0 || player > self.players {
            return Err(invalid(place, Invalid::Player(player, self.players)));
        }
        let number = self.lexer.index("the number of the information set")?;
        let (label, place) = self.label()?;
        if *self.lexer.peek() == Token::Open {
            let actions = self.lexer.texts("an action's name in quotes")?;
            let done = match self.sets.get(&(player, number)) {
                Some(&set) => self.builder.agrees(set, &actions),
                None => {
                    let set = self.builder.information_set(player - 1, label, actions);
                    set.map(|set| {
                        self.sets.insert((player, number), set);
                    })
                }
            };
            done.map_err(|error| invalid(place, error))?;
        }
        let Some(&set) = self.sets.get(&(player, number)) else {
            let set =
                format!("`{{` and the actions of information set {number} of player {player}");
            return Err(self.lexer.wrong(&set));
        };
        self.builder.decision(at, set).map_err(|error| invalid(place, error))
    }

    /// The label that a set may have, and where what follows it stands.
    fn label(&mut self) -> Result<(String, (usize, usize)), Malformed> {
        let label = match self.lexer.peek() {
            Token::Text(_) => self.lexer.text("a label")?,
            _ => String::new(),
        };
        Ok((label, self.lexer.place()))
    }

    /// Reads an outcome and adds it to what was earned before.
    fn outcome(&mut self, earned: Earned) -> Result<Earned, Malformed> {
        let place = self.lexer.place();
        let number = self.lexer.index("the number of the outcome, or 0")?;
        if number == 0 {
            return Ok(earned);
        }
        let label = matches!(self.lexer.peek(), Token::Text(_));
        if label {
            self.lexer.advance()?;
        }
        if *self.lexer.peek() == Token::Open {
            let place = self.lexer.place();
            let payoffs = self.numbers()?;
            let known = self.outcomes.entry(number).or_insert_with(|| Rc::new(payoffs.clone()));
            if **known != payoffs {
                let message =
                    format!("other payoffs than above: expected those of outcome {number}");
                return Err(Malformed::at(place, message));
            }
        }
        let Some(payoffs) = self.outcomes.get(&number).cloned() else {
            return Err(self.lexer.wrong(&format!("`{{` and the payoffs of outcome {number}")));
        };
        let Some(earned) = earned else { return Ok(Some(payoffs)) };
        let sum: Vec<_> = earned.iter().zip(&*payoffs).map(|(a, b)| a + b).collect();
        self.builder.hold(&sum).map_err(|error| invalid(place, error))?;
        Ok(Some(Rc::new(sum)))
    }

    /// A payoff per player.
    fn numbers(&mut self) -> Result<Vec<Rational>, Malformed> {
        let place = self.lexer.place();
        self.lexer.expect(&Token::Open, "`{`")?;
        let mut numbers = Vec::new();
        while !self.lexer.take(&Token::Close)? {
            numbers.push(self.lexer.number("a payoff, or `}`")?);
        }
        match numbers.len() == self.players {
            true => Ok(numbers),
            false => Err(invalid(place, Invalid::Payoffs(self.players, numbers.len()))),
        }
    }

    fn nothing(&self) -> Vec<Rational> {
        vec![Rational::from_integer(0.into()); self.players]
    }
}

fn invalid(place: (usize, usize), error: Invalid) -> Malformed {
    let malformed = Malformed::at(place, error.to_string());
    if matches!(error, Invalid::TooLarge(_)) { malformed.beyond() } else { malformed }
}
