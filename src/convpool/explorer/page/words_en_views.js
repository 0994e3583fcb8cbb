// The page's sentences in English: the network, and other views of what is shown.
Object.assign(WORDS_EN, {});
