// The page's sentences in French: the network, and other views of what is shown.
Object.assign(WORDS_FR, {});
