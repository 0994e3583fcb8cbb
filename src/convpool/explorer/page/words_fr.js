// The page's sentences in French; keys are those of words_en.js.
const WORDS_FR = {
  "legend.signed": "orange : au-dessus de 0, bleu : au-dessous de 0",
  "legend.grey": "noir : 0, blanc : {white}",
  "legend.colour": "trois canaux en couleur, de 0 à {white} ; nombres : canal {front}",
  "legend.input": "entrée",
  "legend.output": "sortie",
  "legend.padding": "hachures grises : remplissage (padding)",
  "legend.cropped": "hachures grises : coupé par le remplissage",
  "legend.left": "hachures rouges : reste, aucune fenêtre entière ne l'atteint",
  "legend.window": "cadre : la fenêtre, et le pixel qui lui correspond",

  "preset.size": "« {name} » est un noyau de 3 × 3 : la taille du noyau est maintenant 3 × 3.",
  "preset.own":
    "« {name} » n'existe pas dans cette taille : ses poids sont maintenant les vôtres, " +
    "avec 0 aux nouvelles places.",

  "share.copied": "lien copié",
  "share.copied_file":
    "lien copié : il s'ouvre dans toute copie de cette page, si on le colle dans l'adresse " +
    "ou dans « Coller »",
  "share.in_address": "le lien est dans la barre d'adresse",
  "share.started_over": "Tout est remis au début. « Annuler » rend ce qu'il y avait.",
  "share.frame": "Copier l'iframe",
  "share.frame_copied": "iframe copiée",
  "share.saved": "{name} enregistré",
  "share.link": "Copier le lien",
  "share.svg": "Enregistrer en SVG",
  "share.png": "Enregistrer en PNG",
  "share.undo": "Annuler",
  "share.reset": "Recommencer",
  "share.label": "À emporter",

  "tour.intro":
    "Neuf questions : voir un exemple, prédire le suivant, puis regarder. Ensuite, vous " +
    "saurez expliquer la convolution et le pooling à tout le monde. Vous pouvez changer " +
    "les réglages à tout moment.",
  "tour.start": "Commencer la visite",
  "tour.only_test": "Seulement le test",
  "tour.elsewhere": "La visite se déroule à côté de l'image.",
  "tour.heading": "{k} sur {count} : {title}",
  "tour.example": "Exemple :",
  "tour.now_you": "À vous",
  "tour.next": "Question suivante",
  "tour.to_test": "Vers le test",
  "tour.back": "Retour",
  "tour.end": "Terminer la visite",
  "tour.example_again": "Revoir l'exemple",
  "tour.check": "Vérifier",
  "tour.show_me": "Montrer la réponse",
  "tour.write_sizes": "Écrivez les tailles comme 3x4.",
  "tour.write_number": "Écrivez un nombre.",
  "tour.right": "Juste : {right}.",
  "tour.wrong": "C'est {right} ; votre réponse était {entered}.",
  "tour.it_is": "C'est {right}.",
  "tour.changed":
    "L'image avait changé. Voici de nouveau celle de la question : regardez-la, puis vérifiez.",
  "tour.covered": "Caché jusqu'à votre réponse.",
  "tour.title": "Visite : neuf questions, des réponses à voir",
  "tour.1.title": "Qu'est-ce qu'une convolution ?",
  "tour.1.before":
    "Une petite grille de poids est posée sur l'image. Chaque pixel sous la grille est " +
    "multiplié par le poids posé sur lui, et les produits sont additionnés. Cette somme " +
    "est un pixel de la sortie. Puis la grille avance.",
  "tour.1.ask": "La fenêtre avance d'un pixel vers la droite. Quel nombre sera output[0, 1] ?",
  "tour.1.after":
    "Les trois colonnes de poids sont 1, 0 et −1 : les pixels de gauche sont ajoutés, ceux " +
    "de droite sont soustraits. L'apprentissage profond prend le noyau tel quel ; le " +
    "traitement du signal le tourne d'abord de 180 degrés (le réglage « retourner »).",
  "tour.2.title": "Qu'est-ce qu'un noyau ?",
  "tour.2.before":
    "La grille de poids s'appelle le noyau, ou filtre. Ses nombres décident de ce que la " +
    "convolution trouve : des contours, du flou, des détails nets. Celui-ci a un seul 1, " +
    "en haut à gauche.",
  "tour.2.ask": "Quel nombre sera output[2, 3] ?",
  "tour.2.after":
    "Seul compte le pixel sous le 1 : c'est input[1, 2]. Toute l'image est donc déplacée " +
    "d'un pixel vers le bas et d'un pixel vers la droite. Tout noyau est une somme de tels " +
    "déplacements, chacun multiplié par un poids.",
  "tour.3.title": "Qu'est-ce que le remplissage (padding) ?",
  "tour.3.before":
    "Une fenêtre doit être posée sur des nombres. Sans remplissage, son centre ne peut pas " +
    "être au bord, et la sortie est plus petite que l'entrée. Le remplissage ajoute un " +
    "bord autour de l'image, le plus souvent de zéros (hachures grises).",
  "tour.3.ask":
    "Maintenant une ligne de zéros en haut et en bas, et deux colonnes à gauche et à " +
    "droite. Quelle taille aura la sortie, comme 3x4 ?",
  "tour.3.after":
    "Pour chaque axe : les pixels et le remplissage des deux côtés, moins la fenêtre, plus " +
    "un. Les zéros du remplissage sont multipliés et additionnés comme des pixels.",
  "tour.4.title": "Que veut dire « valid », que veut dire « same » ?",
  "tour.4.before":
    "« valid » n'ajoute rien : chaque fenêtre est posée sur de vrais pixels. « same » " +
    "ajoute assez de zéros pour que la sortie soit aussi grande que l'entrée (si le pas " +
    "est 1).",
  "tour.4.example":
    "Avec une fenêtre de 3 × 3, « same » ajoute une ligne ou colonne de chaque côté. " +
    "« valid » donnerait 3 × 3.",
  "tour.4.ask": "Une fenêtre de 4 × 3 avec « same » sur 5 × 5. Quelle taille aura la sortie ?",
  "tour.4.after":
    "La hauteur a besoin de 3 zéros en tout, un nombre impair : un côté en reçoit un de " +
    "plus. Le côté est une convention, comme le sens de « same » quand le pas est plus " +
    "grand. Chacune a un nom dans la liste des remplissages.",
  "tour.5.title": "Qu'est-ce que le pas (stride) ?",
  "tour.5.before":
    "Le pas est la distance dont la fenêtre avance. Avec un pas de 2, elle saute une " +
    "position sur deux, et la sortie a environ deux fois moins de lignes et de colonnes.",
  "tour.5.ask":
    "Une fenêtre de 3 × 3 avec un pas de 2 sur 6 × 9, sans remplissage. Quelle taille ?",
  "tour.5.after":
    "La division est arrondie vers le bas (floor). Les pixels qu'aucune fenêtre entière " +
    "n'atteint restent : les hachures rouges les marquent.",
  "tour.6.title": "Que sont les canaux ?",
  "tour.6.before":
    "Une image en couleur a trois nombres par pixel : trois plans, appelés canaux. Un " +
    "noyau a un plan de poids pour chaque canal. Tous les produits, de tous les canaux, " +
    "entrent dans une seule somme. Un noyau donne donc un plan de sortie.",
  "tour.6.example":
    "Deux canaux en entrée, un noyau : la sortie a un canal. Les canaux ne partagent pas " +
    "leurs poids : regardez la somme de chaque canal près de l'image.",
  "tour.6.ask":
    "Trois canaux en entrée, deux noyaux de 2 × 2 × 3. Quelle forme aura la sortie, comme " +
    "3x3x1 ?",
  "tour.6.after":
    "Un canal de sortie par noyau. Avec des groupes, un noyau ne voit qu'une partie des " +
    "canaux. Avec autant de groupes que de canaux, il en voit un seul : c'est " +
    "« depthwise ».",
  "tour.7.title": "Comment fait-on une convolution sur une image ?",
  "tour.7.before":
    "Deux boucles, sur les lignes et les colonnes de la sortie. À chaque position : " +
    "découper la fenêtre, multiplier, additionner. Appuyez sur « Jouer » pour le voir. Le " +
    "code plus bas marque la ligne en cours.",
  "tour.7.ask": "Maintenant une fenêtre au bord : quel nombre sera output[0, 2] ?",
  "tour.7.after":
    "Les zéros du remplissage n'ajoutent rien : seules deux lignes de la fenêtre comptent ici.",
  "tour.8.title": "Qu'est-ce que le max pooling ? Et l'average pooling ?",
  "tour.8.before":
    "Le pooling a des fenêtres mais pas de poids. Le max pooling garde le plus grand pixel " +
    "de chaque fenêtre, l'average pooling leur moyenne. Chaque canal est traité seul. " +
    "D'habitude, les fenêtres ne se chevauchent pas.",
  "tour.8.example": "C'était la moyenne. Le max pooling garde le plus grand des quatre pixels.",
  "tour.8.ask": "Max pooling avec des fenêtres de 2 × 2 : quel nombre sera output[1, 1] ?",
  "tour.8.after":
    "Le plus grand pixel de la fenêtre. Sa place dans la fenêtre n'a pas d'importance : un " +
    "réseau devient ainsi moins sensible aux petits déplacements. Choisissez « moyenne » " +
    "dans les réglages pour comparer.",
  "tour.9.title": "Comment fait-on le pooling sur une image ?",
  "tour.9.before":
    "Les mêmes deux boucles : une fenêtre, un nombre, puis un pas. Ce qui ne remplit pas " +
    "une fenêtre est laissé.",
  "tour.9.ask": "Max pooling, 2 × 2, pas de 2, sur 5 × 7. Quelle taille ?",
  "tour.9.after":
    "De nouveau arrondi vers le bas : la dernière ligne et la dernière colonne restent " +
    "(hachures rouges). Avec « ceil », PyTorch et ONNX peuvent garder une dernière fenêtre " +
    "qui dépasse l'image.",

  "test.number": "Quel nombre sera le pixel marqué de la sortie ?",
  "test.size": "Quelle taille aura la sortie, comme 3x4 ?",
  "test.shape": "Quelle forme aura la sortie, comme 3x3x1 ?",
  "test.heading": "Test, question {k} sur {count} : {title}",
  "test.next": "Question suivante",
  "test.result": "Voir le résultat",
  "test.end": "Terminer le test",
  "test.again": "Encore, avec d'autres nombres",
  "test.done": "Fini",
  "test.score": "{k} réponses justes sur {count}",
  "test.missed": "À revoir :",
  "test.all_right": "Vous savez expliquer les neuf à tout le monde.",
  "test.image": "Une image de {h} × {w}",
  "test.image_channels": "Une image de {h} × {w} avec {c} canaux",
  "test.pool_max": "max pooling avec des fenêtres de {kh} × {kw}",
  "test.pool_avg": "average pooling avec des fenêtres de {kh} × {kw}",
  "test.kernels": ["un noyau de {kh} × {kw}", "{nc} noyaux de {kh} × {kw}"],
  "test.by_hand": "remplissage {top} en haut, {bottom} en bas, {left} à gauche, {right} à droite",
  "test.padding": "remplissage « {padding} »",
  "test.stride": "pas de {sh} vers le bas et de {sw} vers la droite",

  "pool.max": ["Le plus grand de {n} pixel.", "Le plus grand de {n} pixels."],
  "pool.min": ["Le plus petit de {n} pixel.", "Le plus petit de {n} pixels."],
  "pool.avg": [
    "La moyenne de {n} pixel : la somme, divisée par {divisor}.",
    "La moyenne de {n} pixels : leur somme, divisée par {divisor}.",
  ],
  "pool.sum": ["La somme de {n} pixel.", "La somme de {n} pixels."],
  "pool.first_of_equals": "{n} sont égaux : le premier est pris.",
  "pool.padding_never_wins": "Le remplissage n'est jamais pris.",
  "pool.padding_counts": "Le diviseur compte aussi le remplissage.",
  "pool.padding_is_left_out": "Le remplissage est laissé de côté.",
  "pool.index": "C'est input{place} : l'indice {index} de l'image mise à plat.",

  "size.height": "hauteur",
  "size.width": "largeur",
  "size.channels": [
    " ; 1 noyau, donc 1 canal de sortie",
    " ; {n} noyaux, donc {n} canaux de sortie",
  ],
  "size.over": ["la dernière fenêtre dépasse de 1", "la dernière fenêtre dépasse de {n}"],
  "size.left_row": ["1 ligne reste (hachures rouges)", "{n} lignes restent (hachures rouges)"],
  "size.left_column": [
    "1 colonne reste (hachures rouges)",
    "{n} colonnes restent (hachures rouges)",
  ],
  "size.output": "Taille de la sortie",
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
  "compare.nothing":
    "Aucun réglage, et pas deux réglages ensemble, ne le donne. Mettez d'abord votre image " +
    "et votre noyau ci-dessus.",
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
  "cause.padding_1": "le remplissage est 1 de chaque côté",
  "cause.odd_zero": "le zéro impair du remplissage est de l'autre côté",
  "cause.padding_swapped": "hauteur et largeur du remplissage sont échangées",
  "cause.kernel_transposed": "les lignes et les colonnes du noyau sont échangées",
  "cause.stride_swapped": "les pas vers le bas et vers la droite sont échangés",
  "cause.stride": ["le pas est 1", "le pas est {n}"],
  "cause.stride_window": "le pas est la taille de la fenêtre",
  "cause.dilation_swapped": "les dilatations vers le bas et vers la droite sont échangées",
  "cause.dilation": ["la dilatation est 1", "la dilatation est {n}"],
  "cause.ceil": "floor et ceil sont échangés dans la taille de la sortie",
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

  "weights.kernel": "noyau {n}",
  "weights.channel": "canal {plane}",
  "weights.named": "Poids ({parts}) : {name}",
  "weights.only": "Poids : {name}",
  "weights.field": "poids, ligne {u}, colonne {v}",

  "call.torch": "PyTorch prend le noyau tel quel, et remplit de zéros.",
  "call.torch_average":
    "La moyenne de PyTorch compte le remplissage dans le diviseur, sauf avec " +
    "count_include_pad=False.",
  "call.keras":
    "Keras prend le noyau tel quel ; le zéro impair de « same » est en bas et à droite.",
  "call.flips":
    "Cet appel tourne le noyau de 180 degrés, contrairement à PyTorch, Keras et OpenCV.",
  "call.no_flip": "Cet appel prend le noyau tel quel.",
  "call.opencv":
    "OpenCV prend le noyau tel quel, et remplit le bord en miroir sans répéter le dernier " +
    "pixel (reflect).",
  "call.unknown": "« {name} » n'est pas connu ici, et laissé de côté.",
  "call.limited": "{value} est plus que la page ne dessine : elle montre {shown}.",

  "paste.summary": "Coller un appel, une matrice ou un lien",
  "paste.field": "Un appel, une matrice ou un lien",
  "paste.placeholder": "nn.Conv2d(1, 2, 3, stride=2, padding=1)\n[[1, 0], [0, -1]]",
  "paste.intro":
    "Un appel de PyTorch, Keras, SciPy ou OpenCV ; une matrice de Python ou d'un tableur ; " +
    "un lien vers cette page.",
  "paste.take": "Utiliser",
  "paste.take_kernel": "Utiliser comme noyau",
  "paste.too_large":
    "Une matrice de {rows} × {columns} est trop grande : ici, chaque côté a {most} au plus.",
  "paste.is_input": "L'entrée est maintenant cette matrice de {rows} × {columns}.",
  "paste.is_kernel": "Le noyau est maintenant cette matrice de {rows} × {columns}.",
  "paste.is_link": "Le lien est ouvert.",
  "paste.is_call": "Les réglages sont maintenant ceux de cet appel.",
  "paste.nothing": "Ce n'est ni un appel connu ici, ni une matrice, ni un lien.",
  "paste.no_matrix": "Ce n'est pas une matrice de nombres jusqu'à 1000000.",

  "number.pixel": "Un pixel prend un nombre de −{most} à {most}, comme 7, −0,5 ou 1/9.",
  "number.weight": "Un poids prend un nombre de −{most} à {most}, comme 7, −0,5 ou 1/9.",
  "number.setting": "{name} : des nombres entiers de {least} à {most}.",

  "page.title": "Convolution et pooling, nombre par nombre",
  "page.what":
    "Une convolution déplace une petite grille de poids sur une image ; à chaque place, " +
    "les pixels sont multipliés par les poids et additionnés.",
  "page.sections": "Parties de la page",
  "page.settings": "Réglages",
  "page.tour": "Visite",
  "page.code": "Programme",
  "page.compare": "Pourquoi mon résultat est-il différent ?",
  "page.dark": "Sombre",
  "page.examples": "Exemples",
  "page.present": "Plein écran",
  "page.skip": "Aller à l'image",
  "page.picture": "Image",
  "page.photographs": "Photographies :",
  "page.offline": "Ce fichier n'a pas besoin de réseau et n'envoie rien nulle part.",
  "page.language": "langue",

  "example.blur": "Rendre une photo floue",
  "example.edges": "Trouver des contours",
  "example.pad": "Ajouter un remplissage",
  "example.stride": "Avancer d'un pas de 2",
  "example.channels": "Trois canaux",
  "example.pool": "Pooling (maximum)",

  "level.label": "Nombre de réglages",
  "level.basic": "Simple",
  "level.all": "Tous les réglages",
  "level.close": "Fermer",

  "sum.products": "pixel · poids = produit ; chaque ligne additionnée",
  "sum.channel": "canal {channel}",
  "sum.count": ["{n} produit pixel · poids.", "{n} produits pixel · poids."],
  "sum.count_padding":
    "{n} produits pixel · poids ; {padding} d'entre eux (pointillés) sont dans le remplissage.",
  "sum.numbers": "Les nombres",
  "sum.bias": "biais",

  "picture.point": "Montrez ou touchez une case ; un clic la fixe.",
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
  "keys.jump":
    "aller à l'image, aux réglages, à la visite, au programme, à « Pourquoi mon résultat " +
    "est-il différent ? »",
  "keys.undo": "annuler",
  "keys.present": "plein écran ; Page précédente et Page suivante avancent",
  "keys.list": "cette liste",

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
  "choice.own": "le mien",
  "choice.edges": "contours verticaux",
  "choice.sobel": "Sobel",
  "choice.sharpen": "rendre net",
  "choice.blur": "flou",
  "choice.average": "somme de la fenêtre",
  "choice.emboss": "relief",
  "choice.laplacian": "laplacien",
  "choice.same_lower": "same_lower (zéro impair avant)",
  "choice.same": "same (ceil(n / s))",
  "choice.same_size": "same_size (celui du cours)",
  "choice.avg": "moyenne",
  "choice.max": "maximum",
  "choice.min": "minimum",
  "choice.auto": "les photos en gris ou en couleur",
  "choice.picture": "du noir au blanc",
  "choice.signed": "orange au-dessus de 0, bleu au-dessous",

  "group.operation": "Opération",
  "group.input": "Entrée",
  "group.kernel": "Noyau",
  "group.padding": "Remplissage",
  "group.steps": "Pas",

  "field.op": "opération",
  "field.mode": "pooling",
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
  "field.stride": "pas",
  "field.dilation": "dilatation",
  "field.ceil": "dernière fenêtre",
  "field.extra": "output padding",
  "field.soFar": "sortie",
  "field.shades": "affichage",
  "field.own_picture": "votre image",
  "field.paint": "peindre",
  "field.bias": "biais",
  "field.relu": "ReLU",

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

  "switch.flip": "tourner de 180 degrés (traitement du signal)",
  "switch.ceil": "garder celle qui dépasse (ceil)",
  "switch.countPadding": "pixels et remplissage",
  "switch.soFar": "seulement ce qui est fait jusqu'ici",
  "switch.relu": "les négatifs deviennent 0",

  "groups.dense": "1 (dense)",
  "groups.depthwise": "{count} (depthwise)",
  "groups.none":
    "Les groupes divisent les canaux et les noyaux : mettez d'abord les deux à 2 ou plus.",

  "scatter.what": "{place} est multiplié par chaque poids ; les produits sont ajoutés à la sortie",
  "scatter.all":
    "Les {count} produits atteignent la sortie. Montrez un pixel de la sortie pour voir sa " +
    "somme.",
  "scatter.some":
    "{k} produits sur {count} atteignent la sortie ; le remplissage coupe le reste. " +
    "Montrez un pixel de la sortie pour voir sa somme.",

  "pixel.feeds": ["sert à 1 sortie : {places}", "sert à {n} sorties : {places}"],
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

  "player.play": "▶ Jouer",
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

  "code.covered": "Caché jusqu'à votre réponse : il dit la taille.",
  "code.select": "sélectionnez le texte pour le copier",
  "code.copied": "copié",
  "code.copy": "Copier",
  "code.library": "Bibliothèque",
  "code.loops": "Deux boucles",
  "code.of": "programme {name}",
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
    "ONNX n'a pas de pooling par somme : AveragePool avec count_include_pad=1, fois le " +
    "nombre de poids.",
  "code.onnx_pool_padding":
    "Le pooling d'ONNX veut moins de remplissage que la largeur d'une fenêtre.",
  "code.onnx_extra": "La référence d'ONNX ne prend un output padding qu'au-dessous du pas.",
  "code.onnx_pad": "Dans ONNX, un Pad ({mode}) vient avant un Conv sans pads.",
  "code.onnx_symmetric": "qui n'a pas de mode symmetric : remplissez avant",
  "code.title": "La même chose en programme",

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
  "tables.output": "sortie",
  "tables.kernel": "noyau",
  "tables.kernel_n": "noyau {n}",
  "tables.flipped": ", retourné",
  "tables.title": "Les nombres en tableaux",

  "counts.weights": [
    "Poids : {product} = {weights} (+ 1 biais).",
    "Poids : {product} = {weights} (+ {n} biais).",
  ],
  "counts.products":
    "Multiplications : {weights} · {positions} positions = {products}. Une couche dense " +
    "entre toutes les entrées et toutes les sorties aurait {dense} poids.",

  "transposed.choice":
    "{axis} : une convolution avec ce pas donne {count} sorties pour chaque taille de " +
    "{least} à {greatest} ; l'output padding choisit {size}.",
  "transposed.even": "Chaque sortie est écrite {least} fois",
  "transposed.uneven":
    "Les sorties sont écrites de {least} à {greatest} fois : cela peut donner un damier",
  "transposed.writes": "Combien de fois chaque sortie est écrite",
  "transposed.as_convolution": "Montrer comme une convolution",
  "transposed.is_convolution":
    "Le même résultat par une convolution : des zéros entre les pixels, et le noyau tourné " +
    "de 180 degrés. « Annuler » revient en arrière.",

  "calculator.title": "Des tailles sans limites",
  "calculator.n": "côté n de l'image",
  "calculator.k": "fenêtre k",
  "calculator.s": "pas s",
  "calculator.d": "dilatation d",
  "calculator.before": "remplissage avant",
  "calculator.after": "remplissage après",
  "calculator.c": "canaux c",
  "calculator.nc": "noyaux",
  "calculator.letters": "floor((n + avant + après − (d·(k − 1) + 1)) / s) + 1",
  "calculator.floor": "Convolution, et pooling avec floor : {formula}",
  "calculator.ceil": "Pooling avec ceil : {formula}",
  "calculator.weights": "Poids : {product} = {weights} (+ {nc} biais)",
  "calculator.products":
    "Multiplications : {product} = {products}. Une couche dense aurait {dense} poids.",
  "calculator.none": "Une fenêtre de {span} n'entre pas dans {room} pixels remplis.",
  "calculator.whole": "Des nombres entiers jusqu'à {most}, s'il vous plaît.",
  "calculator.backwards": "À l'envers : quels fenêtre, pas et remplissage donnent cette taille ?",
  "calculator.size": "entrée",
  "calculator.o": "sortie",
  "calculator.ways": [
    "Une façon d'aller de {size} à {o}, avec le même remplissage des deux côtés :",
    "{n} façons d'aller de {size} à {o}, avec le même remplissage des deux côtés :",
  ],
  "calculator.no_way": "Aucune fenêtre jusqu'à 11 avec un pas jusqu'à 11 ne fait {o} de {n}.",
  "calculator.way": "fenêtre {k}, pas {s}, remplissage {p}",

  "photo.title": "Toute la photographie",
  "photo.hint":
    "La même chose pour chaque canal. Un clic amène les pixels autour de lui dans l'image " +
    "ci-dessus.",
  "photo.input": "la photographie",
  "photo.output": "la photographie filtrée",
};
