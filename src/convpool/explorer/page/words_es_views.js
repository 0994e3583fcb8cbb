// The page's sentences in Spanish: the network, and other views of what is shown.
Object.assign(WORDS_ES, {});
