//! Results as a page that one can send: plots, the tables behind them, and the command that makes it again.
//!
//! | question | module |
//! | --- | --- |
//! | what is in a folder of results? | [`source`] |
//! | what is drawn of it? | [`figure`] |
//! | which keys matter? | [`tornado`] |
//! | how is it drawn? | [`plot`] |
//! | how does it become a page? | [`page`] |

mod figure;
mod page;
mod plot;
mod source;
mod tornado;

pub use page::page;
pub use source::{Source, SourceError, read};
