// The page's sentences in French; keys are those of words_en.js.
const WORDS_FR = {
  "legend.signed": "orange : au-dessus de 0, bleu : au-dessous de 0",
  "legend.grey": "noir : 0, blanc : {white}",
  "legend.clipped":
    "limités : {n} nombres sur {count}, sous 0 ou au-dessus de 255, comme dans OpenCV",
  "photo.clipped":
    "{n} nombres sur {count}, sous 0 ou au-dessus de 255, sont limités, comme dans OpenCV.",
  "photo.signed": "orange : au-dessus de 0, bleu : sous 0 (moyenne des trois canaux)",
  "legend.colour": "trois canaux en couleur, de 0 à {white} ; nombres : canal {front}",
  "legend.rounded": "≈ arrondi : la somme et les tableaux ont jusqu'à quatre décimales",
  "legend.input": "entrée",
  "legend.output": "sortie",
  "legend.padding": "hachures grises : remplissage (padding)",
  "legend.inserted": "tirets : zéros insérés entre les pixels",
  "legend.cropped": "hachures grises : coupé par le remplissage",
  "legend.left": "hachures rouges : reste, aucune fenêtre entière ne l'atteint",
  "legend.window": "cadre : la fenêtre, et le pixel de la sortie qu'elle donne",
  "legend.spread":
    "petits cadres : les pixels de la fenêtre ; cadre : le pixel de sortie qu'ils donnent",
  "legend.feeds": "cadres verts : le pixel, et les sorties où il sert",
  "legend.written": "cadre : le pixel, et la fenêtre de la sortie où ses produits sont ajoutés",
  "legend.kept": "le pixel qui est gardé",
  "legend.groups": [
    "{groups} groupes : le noyau {kernel} ne voit que le canal {channels}, à lui seul (depthwise)",
    "{groups} groupes : le noyau {kernel} ne voit que les canaux {channels}",
  ],

  "share.copied": "lien copié",
  "share.copied_file":
    "Copié. Cette page est un fichier, le lien n'est donc que ce qui suit son nom : mettez-le à " +
    "la fin de l'adresse de toute copie de la page, ou dans « {paste} ».",
  "share.in_address": "le lien est dans la barre d'adresse",
  "share.started_over": "Tout est remis au début. « Annuler » rend ce qu'il y avait.",
  "share.frame": "Copier l'iframe",
  "share.whole_page": "Ouvrir la page entière",
  "share.frame_copied": "iframe copiée",
  "share.saved": "{name} enregistré",
  "share.link": "Copier le lien",
  "share.svg": "Enregistrer en SVG",
  "share.png": "Enregistrer en PNG",
  "share.undo": "Annuler",
  "share.reset": "Recommencer",
  "share.label": "À emporter",

  "pool.max": ["Le plus grand de {n} pixel.", "Le plus grand de {n} pixels."],
  "pool.min": ["Le plus petit de {n} pixel.", "Le plus petit de {n} pixels."],
  "pool.avg": [
    "La moyenne de {n} pixel : la somme, divisée par {divisor}.",
    "La moyenne de {n} pixels : leur somme, divisée par {divisor}.",
  ],
  "pool.sum": ["La somme de {n} pixel.", "La somme de {n} pixels."],
  "pool.first_of_equals": "{n} pixels sont égaux : le premier est pris.",
  "pool.padding_never_wins": "Le remplissage n'est jamais pris.",
  "pool.padding_counts": "Le diviseur compte aussi le remplissage.",
  "pool.padding_is_left_out": "Le remplissage est laissé de côté.",
  "pool.index": "C'est input{place}.",
  "pool.nothing":
    "La fenêtre n'est que sur le remplissage : il n'y a aucun pixel à prendre, et NaN veut " +
    "dire « pas un nombre ».",

  "size.height": "hauteur",
  "size.width": "largeur",
  "size.channels": ["1 noyau, donc 1 canal de sortie", "{n} noyaux, donc {n} canaux de sortie"],
  "size.over": ["la dernière fenêtre dépasse de 1", "la dernière fenêtre dépasse de {n}"],
  "size.left_row": ["1 ligne reste (hachures rouges)", "{n} lignes restent (hachures rouges)"],
  "size.left_column": [
    "1 colonne reste (hachures rouges)",
    "{n} colonnes restent (hachures rouges)",
  ],
  "size.output": "Taille de la sortie",
  "size.in_all": "remplissage en tout : {formula}",
  "size.rows": "remplissage : {before} en haut, {after} en bas",
  "size.columns": "remplissage : {before} à gauche, {after} à droite",

  "pasted.shortened":
    "Les nombres sont abrégés par « ... » : affichez-les tous d'abord, avec " +
    "np.set_printoptions(threshold=np.inf).",
  "pasted.no_number":
    "Il n'y a aucun nombre : collez un tableau comme Python l'affiche, ou une forme comme 3x3.",
  "pasted.too_deep": "Il y a trop de crochets les uns dans les autres pour un tableau d'images.",
  "pasted.uneven": "Les lignes n'ont pas toutes autant de nombres.",

  "compare.intro":
    "Réglez l'image, le noyau et le reste comme dans votre appel. Puis collez votre " +
    "résultat, ou seulement sa forme.",
  "compare.field": "Votre résultat",
  "compare.placeholder": "[[-11 -2]\n [ -9 -5]]   ou   (2, 2)",
  "compare.find": "Trouver pourquoi",
  "compare.too_long":
    "Il y a {letters} lettres ; {most} au plus sont lues. La sortie de l'image a {n} nombres.",
  "compare.no_output": "L'image n'a pas de sortie maintenant.",
  "compare.covered": "La sortie est cachée : répondez d'abord à la question de la visite.",
  "compare.pasted": [
    "Vous avez collé 1 nombre ; la sortie de l'image est {ours}.",
    "Vous avez collé {n} nombres, en {shape} ; la sortie de l'image est {ours}.",
  ],
  "compare.pasted_shape": "Vous avez collé la forme {shape} ; la sortie de l'image est {ours}.",
  "compare.same": "C'est la même chose que dans l'image.",
  "compare.same_shape": "C'est la forme de l'image.",
  "compare.because": "C'est le résultat si :",
  "compare.show": "Montrer",
  "compare.and": ", et ",
  "compare.or": "ou {cause}",
  "compare.nothing":
    "Aucune des erreurs courantes, seule ou avec une autre, ne le donne. Mettez d'abord votre " +
    "image, votre noyau et sa taille ci-dessus.",
  "compare.nan": "Il y a des NaN : les images ou les poids contiennent peut-être NaN ou l'infini.",
  "compare.agree": "{k} nombres sur {count} sont les mêmes.",
  "compare.differs": "{place} est différent : le vôtre est {yours}, celui de l'image {ours}.",
  "compare.missing":
    "La différence est exactement le produit {product} du poids {tap} : il manque.",
  "compare.twice":
    "La différence est exactement le produit {product} du poids {tap} : il est compté deux fois.",
  "compare.beside":
    "La différence s'explique par le produit {product} du poids {tap}, si l'on prend le " +
    "pixel d'à côté, {other}.",

  "cause.flip": "le noyau est tourné de 180 degrés (la convolution du traitement du signal)",
  "cause.padding": "le remplissage est « {name} »",
  "cause.no_padding": "il n'y a pas de remplissage (« valid »)",
  "cause.padding_1": "le remplissage est 1 de chaque côté",
  "cause.odd_zero": "le zéro impair du remplissage est de l'autre côté",
  "cause.padding_swapped": "hauteur et largeur du remplissage sont échangées",
  "cause.kernel_transposed": "les lignes et les colonnes du noyau sont échangées",
  "cause.mirrored_rows": "le noyau est inversé de haut en bas",
  "cause.mirrored_columns": "le noyau est inversé de gauche à droite",
  "cause.stride_swapped": "les pas vers le bas et vers la droite sont échangés",
  "cause.stride": ["le pas est 1", "le pas est {n}"],
  "cause.stride_window": "le pas est la taille de la fenêtre",
  "cause.dilation_swapped": "les dilatations vers le bas et vers la droite sont échangées",
  "cause.dilation": ["la dilatation est 1", "la dilatation est {n}"],
  "cause.ceil": "une dernière fenêtre qui dépasse l'image est gardée (ceil)",
  "cause.floor": "les fenêtres qui dépassent l'image sont laissées (floor)",
  "cause.divisor": "l'autre diviseur est pris : avec ou sans le remplissage",
  "cause.mode_max": "le pooling prend le maximum",
  "cause.mode_min": "le pooling prend le minimum",
  "cause.mode_avg": "le pooling prend la moyenne",
  "cause.mode_sum": "le pooling prend la somme",
  "cause.pad_mode": "le remplissage est fait comme « {name} »",

  "effect.transposed": "les lignes et les colonnes du résultat sont échangées",
  "effect.uint8": "les nombres débordent comme des entiers de 8 bits (0 à 255)",
  "effect.int8": "les nombres débordent comme des entiers signés de 8 bits (−128 à 127)",
  "effect.clipped": "les nombres sont limités à 0 et 255",
  "effect.relu": "les nombres négatifs sont devenus 0 (ReLU)",
  "effect.absolute": "les signes moins sont perdus",
  "effect.floor": "les chiffres après la virgule sont coupés",
  "effect.rounded": "les nombres sont arrondis à l'entier",
  "effect.negative": "tous les signes sont inversés",
  "effect.mean_weights": "les sommes sont divisées par le nombre de poids ({n})",
  "effect.mean_channels": "les sommes sont divisées par le nombre de canaux ({n})",
  "effect.per_255": "les pixels sont divisés par 255",
  "effect.factor": "tous les nombres sont multipliés par {factor}",
  "effect.bias": "un biais est ajouté : {bias}",

  "call.torch": "PyTorch prend le noyau tel quel, et remplit de zéros.",
  "call.torch_average":
    "La moyenne de PyTorch compte le remplissage dans le diviseur, sauf avec " +
    "count_include_pad=False.",
  "call.torch_same": 'PyTorch refuse padding="same" avec un pas ; Keras l\'a.',
  "call.keras":
    "Keras prend le noyau tel quel ; le zéro impair de « same » est en bas et à droite.",
  "call.flips":
    "Cet appel tourne le noyau de 180 degrés, contrairement à PyTorch, Keras et OpenCV.",
  "call.no_flip": "Cet appel prend le noyau tel quel.",
  "call.opencv":
    "OpenCV prend le noyau tel quel, et remplit le bord en miroir sans répéter le dernier pixel " +
    "(reflect). Là, les images uint8 sont arrondies, et coupées à 0 et 255.",
  "call.kernel_stays":
    "Le noyau d'ici reste : écrivez-le au-dessus de l'appel (k = np.array(...)), ou collez " +
    "aussi sa matrice.",
  "call.unknown": "« {name} » n'est pas connu ici, et laissé de côté.",
  "call.limited": "{value} est plus que la page ne dessine : elle montre {shown}.",

  "paste.summary": "Coller du code, une matrice ou un lien",
  "paste.field": "Un appel, une matrice ou un lien",
  "paste.placeholder": "nn.Conv2d(1, 2, 3, stride=2, padding=1)\n[[1, 0], [0, -1]]",
  "paste.intro":
    "Un appel de PyTorch, Keras, SciPy ou OpenCV, avec le tableau k = np.array(...) avant lui " +
    "si vous voulez ; une matrice de Python ou d'un tableur ; un lien vers cette page. Dans " +
    "nn.Conv2d(1, 2, 3), 1 est le nombre de canaux en entrée, 2 celui des noyaux (canaux de " +
    "sortie), 3 leur taille.",
  "paste.take": "Utiliser",
  "paste.take_kernel": "Utiliser comme noyau",
  "paste.too_large":
    "Une matrice de {rows} × {columns} est trop grande : ici, chaque côté a {most} au plus.",
  "paste.is_input": "L'entrée est maintenant cette matrice de {rows} × {columns}.",
  "paste.is_kernel": "Le noyau est maintenant cette matrice de {rows} × {columns}.",
  "paste.is_link": "Le lien est ouvert.",
  "paste.is_call": "Les réglages sont maintenant ceux de cet appel : {settings}",
  "paste.keeps_weights": "L'appel n'apporte pas de poids : ceux d'ici restent ({kernel}).",
  "paste.kept": "Gardés tels quels : {list}.",
  "paste.nothing": "Ce n'est ni un appel connu ici, ni une matrice, ni un lien.",
  "paste.no_matrix": "Ce n'est pas une matrice de nombres jusqu'à 1000000.",

  "page.title": "Convolution et pooling, nombre par nombre",
  "page.what":
    "Une convolution déplace un noyau, un petit tableau de poids, sur une image ; à chaque " +
    "position, chaque pixel est multiplié par le poids posé sur lui, et les produits sont " +
    "additionnés. Ainsi, des réseaux trouvent des contours.",
  "page.sections": "Parties de la page",
  "page.settings": "Réglages",
  "page.tour": "Visite guidée",
  "page.code": "Code",
  "page.compare": "Pourquoi mon résultat est-il différent ?",
  "page.dark": "Sombre",
  "page.examples": "Exemples",
  "page.present": "Plein écran",
  "page.leave": "Quitter le plein écran",
  "page.skip": "Aller à l'image",
  "page.picture": "Image",
  "page.photographs": "Photographies :",
  "credit.cat": "la chatte Chelsea par Stéfan van der Walt (CC0)",
  "credit.astronaut": "Eileen Collins par la NASA (domaine public)",
  "credit.coffee": "une tasse de café par Rachel Michetti (CC0)",
  "page.offline": "Ce fichier n'a pas besoin de réseau et n'envoie rien nulle part.",
  "page.language": "langue",

  "sum.products": "pixel · poids = produit ; chaque ligne additionnée",
  "sum.products_only": "pixel · poids = produit",
  "sum.channel": "canal {channel}",
  "sum.count": ["{n} produit pixel · poids.", "{n} produits pixel · poids."],
  "sum.count_padding":
    "{n} produits pixel · poids ; {padding} d'entre eux (pointillés) sont dans le remplissage.",
  "sum.numbers": "Les nombres",
  "sum.more": "… encore {n}",
  "sum.bias": "biais : {formula}",
  "sum.rounded":
    "≈ veut dire arrondi : quatre décimales au plus sont écrites, et la page calcule avec tous " +
    "les chiffres.",

  "picture.pinned":
    "Fixée. Pour la libérer : cliquez de nouveau sur la case, cliquez à côté des cases, ou Échap.",
  "picture.point":
    "Pointez ou touchez une case ; un clic la fixe, un double clic sur l'entrée prend un nombre.",
  "picture.title": "{operation} : entrée {input}, sortie {output}",
  "picture.covered": "L'image, en partie cachée",
  "picture.label": "Entrée, noyau et sortie",

  "keys.show": "Touches",
  "keys.title": "Touches",
  "keys.arrows": "dans l'image : déplacer la fenêtre",
  "keys.ends": "dans l'image : première ou dernière étape",
  "keys.play": "dans l'image : jouer ou arrêter",
  "keys.pin": "dans l'image : fixer la fenêtre",
  "keys.walk":
    "dans l'image : parcourir les pixels un à un ; encore une fois : déplacer la fenêtre",
  "keys.paint": "dans l'image : donner au pixel la valeur de « peindre »",
  "keys.type": "dans l'image : le nombre du pixel pointé",
  "keys.jump":
    "aller à l'image, aux réglages, à la visite, au code, à « Pourquoi mon résultat " +
    "est-il différent ? »",
  "keys.undo": "annuler",
  "keys.present": "plein écran ; Page précédente et Page suivante avancent",
  "keys.blank": "en plein écran : noir, ou toute la photographie",
  "keys.list": "cette liste",

  "scatter.what": "{place} est multiplié par chaque poids ; les produits sont ajoutés à la sortie",
  "scatter.all":
    "Les {count} produits atteignent la sortie. Pointez un pixel de la sortie pour voir sa " +
    "somme.",
  "scatter.some":
    "{k} produits sur {count} atteignent la sortie ; le remplissage coupe le reste. " +
    "Pointez un pixel de la sortie pour voir sa somme.",
  "scatter.so_far": "La sortie montre ce qui est écrit jusqu'à cette étape.",

  "pixel.feeds": ["sert à 1 sortie :", "sert à {n} sorties :"],
  "pixel.feeds_none": "ne sert à aucune sortie : aucune fenêtre ne le lit",
  "pixel.nothing": "rien ne l'atteint, donc c'est 0",
  "pixel.framed": "Les pixels d'entrée qui l'atteignent sont encadrés.",

  "file.no_picture":
    "{name} ne peut pas être lu comme une image : prenez un fichier PNG, JPEG, GIF, WebP ou BMP.",
  "file.reading": "Lecture de {name} …",
  "file.too_large": "{name} a {size} Mo : prenez un fichier de {most} Mo au plus.",
  "file.too_many": "{name} a {size} mégapixels : prenez une image de {most} au plus.",
  "file.choose": "Choisir ou déposer un fichier",

  "paint.value": "valeur à peindre",
  "paint.with": "avec",

  "player.play": "▶ Lire",
  "player.rewind": "◀ En arrière",
  "player.pause": "❚❚ Arrêter",
  "player.of": "{k} sur {count}",
  "player.label": "Étapes",
  "player.first": "Première étape",
  "player.back": "Une étape en arrière",
  "player.next": "Une étape en avant",
  "player.last": "Dernière étape",
  "player.slow": "lent",
  "player.normal": "moyen",
  "player.fast": "rapide",
  "player.pin": "Fixer",
  "player.step": "Étape",
  "player.speed": "Vitesse",

  "comment.channels": "canaux d'abord",
  "comment.surplus": "sans les fenêtres sur du remplissage seul",
  "comment.taps": "les pixels qui comptent",
  "comment.unreached": "ce que rien n'atteint vaut 0",
  "comment.between": "entre les pixels",
  "comment.left_out": "ignoré",
  "comment.cut": "avec ce que le remplissage coupe",
  "comment.declared": "pixels et remplissage dans la fenêtre",
  "comment.own": "vos propres nombres, par exemple {call}",
  "comment.bias": "biais",
  "comment.now": "maintenant :",
  "comment.each_kernel": "chaque noyau",
  "comment.each_channel": "chaque canal",
  "comment.group": "le premier canal du groupe de ce noyau",
  "code.covered": "Caché jusqu'à votre réponse : il dit la taille.",
  "code.select": "sélectionnez le texte pour le copier",
  "code.copied": "copié",
  "code.copy": "Copier",
  "code.library": "Bibliothèque",
  "code.loops": "Boucles",
  "code.of": "code {name}",
  "code.torch_symmetric":
    "Le pad de PyTorch n'a pas de mode symmetric : utilisez d'abord np.pad, puis convoluez " +
    "avec padding=0.",
  "code.torch_dilation": "L'average pooling de PyTorch n'a pas de dilatation.",
  "code.keras_both": "Keras refuse un pas et une dilatation dans une même convolution.",
  "code.keras_mode":
    "Le pad de Keras n'a pas de mode comme « {mode} » : utilisez d'abord np.pad, puis " +
    'convoluez avec padding="valid".',
  "code.keras_pool_dilation": "Le pooling de Keras n'a pas de dilatation.",
  "code.keras_average":
    "L'average pooling de Keras ne connaît que « valid » et « same », et ne compte jamais " +
    "le remplissage.",
  "code.keras_sum":
    "Keras n'a pas de pooling par somme : prenez la moyenne avec « valid » et multipliez " +
    "par le nombre de pixels d'une fenêtre.",
  "code.keras_groups": "La convolution transposée de Keras n'a pas de groupes.",
  "code.keras_transposed_both":
    "Keras refuse un pas et une dilatation dans une même convolution transposée.",
  "code.keras_sized":
    "Keras calcule autrement la taille d'une convolution transposée si la fenêtre est plus " +
    "petite que le pas ou si la sortie est remplie.",
  "code.onnx_sum":
    "ONNX n'a pas de pooling par somme : AveragePool avec count_include_pad=1, fois le nombre de " +
    "pixels d'une fenêtre.",
  "code.onnx_pool_padding":
    "Le pooling d'ONNX veut moins de remplissage que la largeur d'une fenêtre.",
  "code.onnx_extra": "La référence d'ONNX ne prend un output padding qu'au-dessous du pas.",
  "code.onnx_pad": "Dans ONNX, un Pad ({mode}) vient avant un Conv sans pads.",
  "code.onnx_symmetric": "qui n'a pas de mode symmetric : remplissez avant",
  "code.title": "La même chose en code",

  "problem.cropped":
    "Sur la {name}, le remplissage coupe tout : prenez moins de remplissage ou un noyau " +
    "plus grand.",
  "problem.extra":
    "L'output padding {extra} doit être plus petit que le pas ou la dilatation : prenez un " +
    "pas plus grand.",
  "problem.window":
    "Sur la {name}, une fenêtre de {span} n'entre pas dans {room} pixels remplis : prenez " +
    "une fenêtre plus petite ou plus de remplissage.",

  "link.ignored": "Dans le lien, ces mots n'ont pas de sens ici et sont laissés de côté : {names}.",
  "link.too_long": "toutes les {letters} lettres ({most} au plus)",

  "planes.front": "canal d'entrée devant",
  "planes.n": "canal de sortie",

  "tables.channel": "{name}, canal {channel}",
  "tables.input": "entrée",
  "tables.padded": "+ remplissage",
  "tables.strided": ", pas de {s}",
  "tables.spread": "entrée avec des zéros insérés",
  "tables.output": "sortie",
  "tables.kernel": "noyau",
  "tables.kernel_n": "noyau {n}",
  "tables.flipped": ", retourné",
  "tables.title": "Les nombres en tableaux",
};
