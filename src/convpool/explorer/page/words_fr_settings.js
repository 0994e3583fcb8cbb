// The page's sentences in French: the settings.
Object.assign(WORDS_FR, {
  "preset.size": "« {name} » est un noyau de 3 × 3 : la taille du noyau est maintenant 3 × 3.",
  "preset.own":
    "« {name} » n'existe pas dans cette taille : ses poids sont maintenant les vôtres, " +
    "avec 0 aux nouvelles places.",
  "preset.each":
    "Chaque couleur de la photo est filtrée seule : {n} groupes, avec un noyau pour chacune. " +
    "Avec 1 groupe, un noyau additionne tous les canaux.",

  "weights.kernel": "noyau {n}",
  "weights.channel": "canal {plane}",
  "weights.named": "Poids ({parts}) : {name}",
  "weights.only": "Poids : {name}",
  "weights.unrotated": "{name}, avant la rotation",
  "weights.field": "poids, ligne {u}, colonne {v}",
  "weights.together": "Changer les {n} canaux de la même façon",
  "weights.hint": "Tirez un poids vers le haut ou le bas, ici ou dans l'image.",
  "weights.times":
    "Le modèle est multiplié par 1, 2, 3 … dans les canaux 0, 1, 2 …, pour distinguer les canaux.",

  "number.pixel": "Un pixel prend un nombre de −{most} à {most}, comme 7, −0,5 ou 1/9.",
  "number.weight": "Un poids prend un nombre de −{most} à {most}, comme 7, −0,5 ou 1/9.",
  "number.decimal": "{name} : des nombres de {least} à {most}.",
  "number.setting": "{name} : des nombres entiers de {least} à {most}.",

  "level.label": "Nombre de réglages",
  "level.basic": "Simple",
  "level.all": "Tous les réglages",
  "level.close": "Fermer",

  "choice.symmetric": "symétrique (symmetric)",
  "choice.reflect": "miroir (reflect)",
  "choice.edge": "bord répété (edge)",
  "choice.wrap": "périodique (wrap)",
  "choice.zeros": "zéros",
  "choice.constant": "constante",
  "choice.valid": "valid (aucun)",
  "choice.full": "full (complet)",
  "choice.by hand": "à la main",
  "choice.sum": "somme",
  "choice.shift": "décaler d'un pixel",
  "choice.identity": "identité",
  "choice.convolve": "convolution",
  "choice.pool": "pooling",
  "choice.transpose": "convolution transposée",
  "choice.numbers": "petits nombres",
  "choice.digit": "chiffre dessiné",
  "choice.stripes": "rayures",
  "choice.cat": "chat (photo)",
  "choice.astronaut": "astronaute (photo)",
  "choice.coffee": "café (photo)",
  "choice.photo": "votre photo",
  "choice.own": "à vous",
  "choice.edges": "contours verticaux",
  "choice.sobel": "Sobel (droite)",
  "choice.sobel_left": "Sobel (gauche)",
  "choice.sobel_top": "Sobel (haut)",
  "choice.sobel_bottom": "Sobel (bas)",
  "choice.outline": "silhouette",
  "choice.sharpen": "accentuer",
  "choice.blur": "flou",
  "choice.average": "somme de la fenêtre",
  "choice.emboss": "relief",
  "choice.laplacian": "laplacien",
  "choice.avg": "moyenne",
  "choice.max": "maximum",
  "choice.min": "minimum",
  "choice.auto": "automatique",
  "choice.picture": "du noir au blanc ; photos de 0 à 255",
  "choice.signed": "orange au-dessus de 0, bleu au-dessous",

  "figure.label": "figure",
  "figure.choose": "de conv_arithmetic …",
  "figure.none": "sans remplissage",
  "figure.arbitrary": "remplissage quelconque",
  "figure.half": "demi-remplissage",
  "figure.full": "remplissage complet",
  "figure.some": "remplissage",
  "figure.one": "pas de 1",
  "figure.strides": "pas de 2",
  "figure.odd": "pas de 2 (impair)",
  "figure.dilation": "dilatation",

  "group.operation": "Opération",
  "group.input": "Entrée",
  "group.kernel": "Noyau, fenêtre",
  "group.padding": "Remplissage",
  "group.steps": "Pas",

  "field.op": "opération",
  "field.mode": "pooling",
  "field.more_pooling": "Pooling adaptatif, global, Lp, médian, unpooling …",
  "field.source": "image",
  "field.size": "hauteur, largeur",
  "field.c": "canaux",
  "field.kernel": "modèle",
  "field.window": "fenêtre",
  "field.kernel_size": "taille",
  "field.channels_in": "canaux d'entrée",
  "field.nc": "noyaux",
  "field.channels_out": "canaux de sortie",
  "field.groups": "groupes",
  "field.flip": "retourner",
  "field.padding": "padding",
  "field.top_bottom": "haut, bas",
  "field.left_right": "gauche, droite",
  "field.padMode": "rempli de",
  "field.fill": "constante",
  "field.countPadding": "diviser par",
  "field.stride": "pas vertical, horizontal",
  "field.dilation": "dilatation verticale, horizontale",
  "field.ceil": "dernière fenêtre",
  "field.extra": "output padding",
  "field.soFar": "sortie",
  "field.shades": "affichage",
  "field.own_picture": "image personnelle",
  "field.paint": "peindre",
  "field.bias": "biais",
  "field.relu": "ReLU",
  "padding.valid": "Aucun remplissage : chaque fenêtre est posée sur de vrais pixels.",
  "padding.same":
    "Sorties : taille / pas, arrondi vers le haut. Une ligne ou colonne impaire de remplissage " +
    "va en bas ou à droite, comme avec Keras, et avec PyTorch, qui n'a « same » qu'avec un pas " +
    "de 1.",
  "padding.same_lower":
    "Sorties : taille / pas, arrondi vers le haut. Une ligne ou colonne impaire de remplissage " +
    "va en haut ou à gauche, comme SAME_LOWER d'ONNX.",
  "padding.same_size":
    "Aussi grande que l'entrée quel que soit le pas. Une ligne ou colonne impaire de " +
    "remplissage va en haut ou à gauche.",
  "padding.full": "Chaque position où la fenêtre touche au moins un pixel.",
  "padding.by hand": "Votre propre nombre de chaque côté.",
  "cropped.valid": "Rien n'est coupé : la sortie contient tout ce qui est écrit.",
  "cropped.same":
    "taille × pas sorties ; le reste est coupé, et d'un nombre impair, une de plus en bas et à " +
    "droite.",
  "cropped.same_lower":
    "taille × pas sorties ; le reste est coupé, et d'un nombre impair, une de plus en haut et à " +
    "gauche.",
  "cropped.same_size": "Autant de sorties que d'entrées ; le reste est coupé.",
  "cropped.full":
    "De chaque côté, autant de lignes ou de colonnes sont coupées que le noyau en a, moins une : " +
    "ce qu'ajoute une convolution « full ».",
  "cropped.by hand": "Tant de lignes et de colonnes sont coupées de chaque côté.",
  "padding.darker":
    "Avec des zéros, le bord d'une photo floue s'assombrit, et un noyau qui trouve des " +
    "contours y en trouve un.",
  "padding.pool":
    "Dans le pooling, le remplissage n'a pas de valeur : le maximum ne le prend jamais, et la " +
    "moyenne le laisse hors de sa somme. Le diviseur ne le compte qu'avec « diviser par : " +
    "pixels et remplissage » (Tous les réglages).",

  "aria.op": "opération",
  "aria.mode": "pooling",
  "aria.source": "image",
  "aria.h": "hauteur",
  "aria.w": "largeur",
  "aria.c": "canaux",
  "aria.kernel": "modèle de noyau",
  "aria.kh": "hauteur de la fenêtre",
  "aria.kw": "largeur de la fenêtre",
  "aria.nc": "noyaux",
  "aria.sh": "pas vers le bas",
  "aria.sw": "pas vers la droite",
  "aria.dh": "dilatation vers le bas",
  "aria.dw": "dilatation vers la droite",
  "aria.padMode": "rempli de",
  "aria.fill": "constante",
  "aria.top": "remplissage en haut",
  "aria.bottom": "remplissage en bas",
  "aria.left": "remplissage à gauche",
  "aria.right": "remplissage à droite",
  "aria.extra": "output padding",
  "aria.shades": "affichage des nombres",
  "aria.groups": "groupes",
  "aria.padding": "remplissage",
  "aria.bias": "biais",

  "switch.flip":
    "tourner de 180 degrés, comme en traitement du signal (sans : corrélation croisée)",
  "switch.ceil": "garder celle qui dépasse (ceil)",
  "switch.countPadding": "pixels et remplissage",
  "switch.soFar": "seulement ce qui est fait jusqu'ici",
  "switch.relu": "les négatifs deviennent 0",

  "groups.dense": "1 (sans groupes)",
  "groups.depthwise": "{count} (depthwise)",
  "groups.none":
    "Les groupes demandent un nombre supérieur à 1 qui divise {c} et {nc} : il n'y en a pas.",
  "groups.caption": ["{n} groupe", "{n} groupes"],
  "groups.fours": "D'autres exemples, avec 4 canaux et 4 noyaux :",
  "groups.how":
    "En haut : les canaux de l'entrée. En bas : les noyaux ; chacun fait un canal de la sortie. " +
    "Une ligne : le noyau voit ce canal.",
  "groups.picture": "{c} canaux et {nc} noyaux, groupes : {groups}",
  "groups.weights":
    "Poids (hauteur · largeur · canaux par noyau · noyaux) : en groupes {some} ; sans groupes " +
    "{all}.",
});
