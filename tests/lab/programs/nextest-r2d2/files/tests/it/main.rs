mod events;
mod support;
<<modules>>
