//! Words of Gambit's game files, each with its line and column.
//!
//! A file is made of words (`EFG`, `p`, `-1/2`), quoted texts and braces; white space and commas
//! only keep words apart. In quotes, `\"` stands for a quote and `\\` for a backslash.

use crate::exact::{self, Rational};

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct Malformed {
    /// Counted from 1.
    pub line: usize,
    /// Characters, counted from 1.
    pub column: usize,
    /// What was found, and what was expected.
    pub message: String,
    /// Whether it is only that the game is beyond the limit.
    pub is_beyond: bool,
}

impl Malformed {
    /// An error at a [`Lexer::place`].
    pub fn at((line, column): (usize, usize), message: String) -> Self {
        Self { line, column, message, is_beyond: false }
    }

    /// The same of a game that is beyond the limit.
    pub fn beyond(self) -> Self {
        Self { is_beyond: true, ..self }
    }
}

/// One piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Whatever stands between white space, commas, quotes and braces.
    Word(&'a str),
    /// A text in quotes, its escapes resolved.
    Text(String),
    /// `{`
    Open,
    /// `}`
    Close,
    /// The file is over.
    End,
}

/// Reads a file token by token, one ahead.
pub struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
    token: Token<'a>,
    place: (usize, usize),
}

impl<'a> Lexer<'a> {
    /// At the first token of `text`.
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let (rest, token) = (text.trim_start_matches('\u{feff}'), Token::End);
        let mut lexer = Self { rest, line: 1, column: 1, token, place: (1, 1) };
        lexer.advance()?;
        Ok(lexer)
    }

    /// The token that comes next.
    pub fn peek(&self) -> &Token<'a> {
        &self.token
    }

    /// Takes the next token.
    pub fn advance(&mut self) -> Result<Token<'a>, Malformed> {
        let rest = self.rest.trim_start_matches(is_blank);
        self.skip(self.rest.len() - rest.len());
        self.place = (self.line, self.column);
        let token = match self.rest.chars().next() {
            None => Token::End,
            Some('{') => self.mark(Token::Open),
            Some('}') => self.mark(Token::Close),
            Some('"') => Token::Text(self.quoted()?),
            Some(_) => {
                let ends = |c| is_blank(c) || "{}\"".contains(c);
                Token::Word(self.skip(self.rest.find(ends).unwrap_or(self.rest.len())))
            }
        };
        Ok(std::mem::replace(&mut self.token, token))
    }

    /// An error at the next token, which is not `expected`.
    pub fn wrong(&self, expected: &str) -> Malformed {
        let found = match &self.token {
            Token::Word(word) => format!("`{}`", short(word)),
            Token::Text(text) => format!("\"{}\"", short(text)),
            Token::Open => "`{`".into(),
            Token::Close => "`}`".into(),
            Token::End => "the end of the file".into(),
        };
        Malformed::at(self.place, format!("{found}: expected {expected}"))
    }

    /// Where the next token stands: line and column.
    pub fn place(&self) -> (usize, usize) {
        self.place
    }

    /// Takes the very word `word`.
    pub fn word(&mut self, word: &str) -> Result<(), Malformed> {
        match self.token {
            Token::Word(found) if found == word => self.advance().map(drop),
            _ => Err(self.wrong(&format!("`{word}`"))),
        }
    }

    /// Takes a quoted text, or says that `expected` is missing.
    pub fn text(&mut self, expected: &str) -> Result<String, Malformed> {
        let Token::Text(text) = &mut self.token else { return Err(self.wrong(expected)) };
        let text = std::mem::take(text);
        self.advance()?;
        Ok(text)
    }

    /// Takes a list of one quoted text or more in braces.
    pub fn texts(&mut self, expected: &str) -> Result<Vec<String>, Malformed> {
        self.expect(&Token::Open, "`{`")?;
        let mut texts = vec![self.text(expected)?];
        while !self.take(&Token::Close)? {
            texts.push(self.text(&format!("{expected}, or `}}`"))?);
        }
        Ok(texts)
    }

    /// Takes a number: an integer, a decimal or a fraction, of at most a thousand characters.
    pub fn number(&mut self, expected: &str) -> Result<Rational, Malformed> {
        let number = match self.token {
            Token::Word(word) if word.len() <= 1000 => exact::parse(word),
            _ => None,
        };
        let number = number.ok_or_else(|| self.wrong(expected))?;
        self.advance()?;
        Ok(number)
    }

    /// Takes a whole number that is not negative.
    pub fn index(&mut self, expected: &str) -> Result<usize, Malformed> {
        let index = match self.token {
            Token::Word(word) => word.parse().ok(),
            _ => None,
        };
        let index = index.ok_or_else(|| self.wrong(expected))?;
        self.advance()?;
        Ok(index)
    }

    /// Takes `token` if it comes next.
    pub fn take(&mut self, token: &Token<'_>) -> Result<bool, Malformed> {
        let next = self.token == *token;
        if next {
            self.advance()?;
        }
        Ok(next)
    }

    /// Takes `token`, or says that `expected` is missing.
    pub fn expect(&mut self, token: &Token<'_>, expected: &str) -> Result<(), Malformed> {
        match self.take(token)? {
            true => Ok(()),
            false => Err(self.wrong(expected)),
        }
    }

    fn mark(&mut self, token: Token<'a>) -> Token<'a> {
        self.skip(1);
        token
    }

    /// Steps over `bytes` of the rest.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        match skipped.rfind('\n') {
            Some(last) => {
                self.line += skipped.matches('\n').count();
                self.column = 1 + skipped[last + 1..].chars().count();
            }
            None => self.column += skipped.chars().count(),
        }
        skipped
    }

    fn quoted(&mut self) -> Result<String, Malformed> {
        let (mut text, mut escaped) = (String::new(), false);
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                '\\' if !escaped => escaped = true,
                '"' if !escaped => {
                    self.skip(at + 1);
                    return Ok(text);
                }
                _ => {
                    if escaped && c != '"' && c != '\\' {
                        text.push('\\');
                    }
                    text.push(c);
                    escaped = false;
                }
            }
        }
        let message = "a quote that is not closed: expected a closing quote";
        Err(Malformed::at(self.place, message.into()))
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == ','
}

/// A text in quotes, as [`Lexer`] reads it.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The beginning of a word that goes into a message of one line.
fn short(word: &str) -> String {
    let shown: String =
        word.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.len() < word.len() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_texts_and_places() {
        let mut lexer = Lexer::new("p \"a \\\"b\\\\\"\n  {é,-1/2}").unwrap();
        let mut seen = Vec::new();
        while *lexer.peek() != Token::End {
            let place = lexer.place();
            seen.push((place, lexer.advance().unwrap()));
        }
        let expected = [
            ((1, 1), Token::Word("p")),
            ((1, 3), Token::Text("a \"b\\".into())),
            ((2, 3), Token::Open),
            ((2, 4), Token::Word("é")),
            ((2, 6), Token::Word("-1/2")),
            ((2, 10), Token::Close),
        ];
        assert_eq!(seen, expected);
        assert_eq!(quote("a \"b\\"), "\"a \\\"b\\\\\"");
        let error = Lexer::new("\n \"open").err().unwrap().to_string();
        assert_eq!(error, "2:2: a quote that is not closed: expected a closing quote");
    }
}
