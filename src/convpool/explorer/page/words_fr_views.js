// The page's sentences in French: the network, other views, and what stands below the picture.
Object.assign(WORDS_FR, {
  "page.compare_short": "Vérifier un résultat",
  "page.network": "Réseau",
  "network.title": "Un réseau entraîné lit des chiffres",
  "network.intro":
    "Dessinez un chiffre ou choisissez-en un. Chaque image montre ce qu'un noyau trouve (une " +
    "carte). Cliquez sur une de ses cases (un neurone) pour voir sa somme, et les lignes " +
    "depuis les nombres dont elle est faite : les oranges ajoutent, les bleues retranchent. " +
    "Les cadres montrent les pixels dont il dépend (son champ récepteur). Les {total} " +
    "paramètres ont été trouvés par entraînement ; {percent} % de 1000 chiffres de test sont " +
    "lus juste.",
  "network.pad": "Une surface pour dessiner un chiffre",
  "network.digits": "Chiffres tout prêts",
  "network.clear": "Effacer",
  "network.input": "Entrée",
  "network.conv1": "Convolution 1 et ReLU",
  "network.pool1": "Max pooling 1",
  "network.conv2": "Convolution 2 et ReLU",
  "network.pool2": "Max pooling 2",
  "network.dense": "Couche dense et softmax",
  "network.shape": "forme {shape}",
  "network.windows":
    "fenêtres de {kh} × {kw}, remplissage « {padding} » : {before} devient {after} ; sous " +
    "chaque carte, son noyau",
  "network.pool_windows": "fenêtres de {kh} × {kw}, pas {sh} : {before} devient {after}",
  "network.all_inputs": "chaque score est une somme des {count} nombres de la couche d'avant",
  "network.parameters": "paramètres {product} = {count}",
  "network.no_parameters": "aucun paramètre",
  "network.map": "{layer}, carte {n}",
  "network.neuron": "{layer}, carte {n}, [{i}, {j}]",
  "network.score": "Score du {n}",
  "network.field":
    "Champ récepteur : lignes {top} à {bottom} et colonnes {left} à {right} de l'image ({h}" +
    " × {w} pixels).",
  "network.read_by":
    "Lu par les neurones des lignes {top} à {bottom} et des colonnes {left} à {right} de chaque " +
    "carte de {layer} : {h} × {w} dans chacune.",
  "network.probability": "Probabilité du {n}",
  "network.off": "La somme n'est pas au-dessus de 0, donc ReLU donne 0 : le neurone est éteint.",
  "network.walk": "Le chemin suit les plus grands nombres, de l'image au chiffre lu.",
  "network.softmax":
    "Softmax : e à la puissance {score} fait {power}. Les dix scores donnent ensemble {sum}, " +
    "et {power} / {sum} {percent} %.",
  "network.open": "Ouvrir dans l'image",
  "network.opened":
    "L'image montre ce neurone. Elle garde six décimales de chaque nombre et en écrit quatre. " +
    "« Annuler » revient en arrière.",
  "network.subtotals": "Les produits pixel · poids, une image par carte, et leurs sommes :",
  "network.empty": "Rien n'est dessiné : dessinez un chiffre.",
  "network.read_as": "Lu comme un {n} ({percent} %).",
  "page.views": "Autres vues",
  "view.title": "Autres vues de la même étape",
  "view.loops": "Boucles",
  "view.loops.what":
    "Un terme après l'autre, dans l'ordre des boucles, avec le résultat jusque-là : u et v sont " +
    "la ligne et la colonne dans la fenêtre, c est le canal, n le noyau.",
  "view.copies": "Copies décalées",
  "view.copies.what":
    "Pour chaque poids, une copie de l'image, multipliée par ce poids et décalée pour que " +
    "chaque produit soit sur la sortie à laquelle il est ajouté ; celles de plusieurs canaux " +
    "sont déjà additionnées. La somme des copies est la sortie ; ce qui la dépasse n'est pas " +
    "montré.",
  "view.matrix": "Matrice (im2col)",
  "view.matrix.what":
    "Chaque fenêtre est une ligne d'une matrice, et chaque noyau une colonne : la convolution " +
    "est un seul produit de matrices. Beaucoup de bibliothèques calculent ainsi.",
  "view.planes": "Canaux séparés",
  "view.planes.what":
    "Chaque canal est convolué (∗) avec son propre plan des poids du noyau ; les résultats de " +
    "tous les canaux sont additionnés. Pour un autre noyau, choisissez un autre canal de sortie " +
    "sous l'image.",
  "view.bars": "1‑D en barres",
  "view.bars.what":
    "Sur une seule ligne, une convolution est une somme glissante : le noyau glisse le long" +
    " du signal.",
  "view.formats": "Formats de nombres",
  "view.formats.what":
    "La même somme, avec tous les nombres gardés sur 8, 16 ou 32 bits : la première somme fausse " +
    "est encadrée.",
  "view.backward": "Rétropropagation",
  "view.backward.what":
    "L'entraînement rend petit un nombre, la perte, qui dit à quel point le résultat d'un " +
    "réseau est faux. Un gradient dit de combien la perte croît quand un nombre croît un peu. " +
    "On le trouve en sens inverse, de la dernière couche à la première. La couche qui suit " +
    "celle-ci a trouvé g : de combien la perte croît avec chaque nombre de cette sortie. De g " +
    "viennent les gradients des poids et de l'entrée. Puis chaque poids est changé un peu, à " +
    "l'opposé de son gradient : diminué si le gradient est au-dessus de 0, augmenté s'il est " +
    "au-dessous.",
  "view.convolution_only": "Cette vue est pour les convolutions.",
  "view.not_transposed": "Cette vue est pour les convolutions et le pooling.",
  "view.too_large":
    "Cette vue montre au plus {side} lignes et colonnes et {taps} poids : choisissez des " +
    "tailles plus petites.",
  "view.too_wide":
    "Cette vue montre des fenêtres de {most} nombres au plus : choisissez un noyau plus " +
    "petit ou moins de canaux.",
  "view.with": "avec {what}",
  "loops.place": "indice",
  "loops.pixel": "pixel",
  "loops.weight": "poids",
  "loops.product": "produit",
  "loops.so_far": "jusque-là",
  "loops.more": ["… et {n} de plus.", "… et {n} de plus."],
  "matrix.windows": "{rows} fenêtres × {columns}",
  "matrix.kernels": "noyaux {first} à {last}",
  "matrix.part": "{count} lignes sur {rows} sont montrées, autour de la fenêtre actuelle.",
  "planes.part": "sommes du canal {channel}",
  "planes.added": "additionnés =",
  "bars.moving_average": "Moyenne mobile",
  "bars.steps": "Trouver les sauts",
  "bars.dice": "Somme de deux dés",
  "bars.one_row": "Choisissez un exemple, ou une image de hauteur 1 avec une fenêtre de hauteur 1.",
  "formats.exact": "exact",
  "formats.same": "{name} : toutes les sommes sont exactes.",
  "formats.differs": "{name} : faux à partir du produit {k} ; le résultat est {value}.",
  "formats.picture":
    "Une image de 8 bits n'a que des nombres entiers de 0 à 255. Si des résultats peuvent être " +
    "négatifs, les programmes les coupent à 0 et 255 (ici {clipped}), enlèvent le signe moins " +
    "(valeur absolue : {absolute}) ou ajoutent 128, pour que 0 soit gris ({shifted}).",
  "backward.window": "1 à la fenêtre",
  "backward.ones": "1 partout",
  "backward.digits": "petits nombres",
  "backward.field": "gradient de la sortie, ligne {y}, colonne {x}",
  "backward.output": "gradient g de la sortie",
  "backward.input": "gradient de l'entrée",
  "backward.weights": "gradient des poids",
  "backward.pixel": "Gradient de input[{place}] : {sum}",
  "backward.weight": "Gradient du poids [{place}], chaque g fois un pixel : {sum}",
  "backward.weighted":
    "Le gradient d'un pixel : chaque g auquel il a contribué, fois le poids, additionnés. Le " +
    "gradient d'un poids : chaque g fois le pixel sous le poids, additionnés. Cliquez sur un " +
    "pixel ou un poids pour voir sa somme ; changez n'importe quel nombre de g.",
  "backward.max":
    "Chaque g va à un pixel de sa fenêtre : le plus grand, le premier en cas d'égalité. Les " +
    "autres n'en reçoivent rien.",
  "backward.min":
    "Chaque g va à un pixel de sa fenêtre : le plus petit, le premier en cas d'égalité. Les " +
    "autres n'en reçoivent rien.",
  "backward.avg": "Chaque g est partagé également entre les pixels de sa fenêtre.",
  "backward.sum": "Chaque g va en entier à chaque pixel de sa fenêtre.",
  "backward.click": "Cliquez sur un pixel pour voir sa somme ; changez n'importe quel nombre de g.",
  "backward.bias": "Gradient du biais : la somme de tous les g = {bias}.",
  "backward.relu": "ReLU arrête le gradient là où la sortie est 0.",
  "backward.check": "Une vérification, pour qui connaît les matrices",
  "backward.identity_is":
    "x est l'entrée, g le gradient, et A la matrice du pas en avant (sans biais). Le produit " +
    "scalaire de A x, la sortie, avec g est égal à celui de x avec Aᵀ g, le gradient de " +
    "l'entrée.",
  "backward.too_large":
    "La rétropropagation est montrée jusqu'à {most} lignes et colonnes : choisissez des " +
    "tailles plus petites.",
  "sheet.open": "Fiche d'exercices",
  "sheet.with": "avec les réponses",
  "sheet.print": "Imprimer",
  "sheet.name": "Nom : ____________________  Date : ____________",
  "sheet.answers": "Réponses",
  "sheet.title": "Exercices : {operation}",
  "sheet.size": "Calculez la hauteur et la largeur de la sortie.",
  "sheet.number": "Calculez output[{position}] avec tous ses termes. Sa fenêtre est encadrée.",
  "sheet.number_alone":
    "Calculez output[{position}] avec tous ses termes. Sa fenêtre est imprimée au-dessus.",
  "sheet.scatter":
    "Quels nombres input[{place}], le pixel encadré, ajoute-t-il à la sortie, et où ?",
  "sheet.fill":
    "Écrivez toute la sortie dans les carreaux : d'abord un cadre de sa taille, puis ses nombres.",
  "sheet.fill_channel":
    "Écrivez le canal {n} de la sortie dans les carreaux : d'abord un cadre de sa taille, " +
    "puis ses nombres.",
  "sheet.filled": "Voir l'image.",
  "sheet.window": "fenêtre de l'entrée",
  "sheet.counts": "Combien y a-t-il de poids, et combien de multiplications ?",
  "sheet.counted":
    "{product} = {weights} poids ; {weights} · {positions} positions = {products} " +
    "multiplications.",
  "sheet.stride": "Quelle serait la taille de la sortie avec un pas de {stride} ?",
  "sheet.nothing": "Aucune : ces réglages ne donnent pas de sortie.",
  "code.opencv_transposed": "OpenCV n'a pas de convolution transposée : prenez SciPy ou NumPy.",
  "example.signal": "Un signal en 1‑D",
  "example.network": "Lire des chiffres",
  "view.pools": "Autres poolings",
  "view.pools.what":
    "Pooling adaptatif et global, Lp et médiane, et le retour depuis un maximum : " +
    "l'unpooling.",
  "pools.adaptive": "Adaptatif",
  "pools.adaptive.what":
    "On choisit la taille de la sortie ; les fenêtres en découlent, et peuvent se " +
    "chevaucher ou différer d'un pixel. Le mode est celui des réglages, ou la moyenne.",
  "pools.bounds":
    "La fenêtre i sur o, sur un axe de n pixels, va de floor(i·n/o) jusqu'à ceil((i + 1)·n/o) " +
    "exclu : chaque borne est arrondie vers l'extérieur. {height} ; {width}.",
  "pools.bound": "{name} : {formula}",
  "pools.global": "Global",
  "pools.global.what": "Une fenêtre aussi grande que l'image : un nombre pour chaque canal.",
  "pools.lp": "Lp",
  "pools.lp.what":
    "p = 1 additionne les valeurs absolues, p = 2 est la longueur d'un vecteur, et un grand" +
    " p s'approche de la plus grande valeur absolue.",
  "pools.median": "Médiane",
  "pools.median.what": "Le milieu des pixels triés : quelques pixels faux ne comptent pas.",
  "pools.unpool": "Unpooling",
  "pools.unpool.what":
    "Le max pooling retient où était chaque maximum, comme indice de l'image mise à plat ; " +
    "l'unpooling l'y remet, avec 0 ailleurs.",
  "pools.indices": "indices",
  "pools.unpooled": "remis en place",
  "pools.sorted": "le milieu de {list}",
  "pools.empty": "Une fenêtre sans pixel n'a pas un tel nombre : prenez moins de remplissage.",
  "pools.too_large":
    "Cette vue montre des images de {most} lignes et colonnes au plus : choisissez-en une " +
    "plus petite.",
  "camera.start": "Caméra",
  "camera.stop": "Arrêter la caméra",
  "camera.none": "Il n'y a pas de caméra, ou le navigateur ne la permet pas pour cette page.",
  "share.gif": "Enregistrer en GIF",
  "share.gif_progress": "GIF : {percent} %",
  "share.gif_stop": "Arrêter le GIF",
  "share.gif_stopped": "arrêté, rien n'est enregistré",
  "share.gif_saved": "{name} enregistré : {count} images, {size} ko",
  "share.some_steps":
    "Le GIF saute des étapes : il en montre 1 sur {n}, car il contient au plus {most} images.",

  "counts.weights": [
    "Poids (hauteur · largeur · canaux par noyau · noyaux) : {product} = {weights} (+ 1 biais).",
    "Poids (hauteur · largeur · canaux par noyau · noyaux) : {product} = {weights} (+ {n} biais).",
  ],
  "counts.products":
    "Multiplications : {weights} · {positions} positions = {products}. Une couche dense " +
    "entre toutes les entrées et toutes les sorties aurait {dense} poids.",

  "transposed.choice":
    "{axis} : une convolution avec ce pas donne {count} sorties pour chaque taille de " +
    "{least} à {greatest} : le retour n'est pas unique, et l'output padding {extra} " +
    "choisit {size}.",
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
  "calculator.k": "taille k du noyau",
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
  "calculator.backwards": "À l'envers : quels noyau, pas et remplissage donnent cette taille ?",
  "calculator.size": "entrée",
  "calculator.o": "sortie",
  "calculator.ways": [
    "Une façon d'aller de {size} à {o} avec un noyau et un pas jusqu'à {most} et, des deux " +
      "côtés, le même remplissage jusqu'à la moitié du noyau :",
    "{n} façons d'aller de {size} à {o} avec des noyaux et des pas jusqu'à {most} et, des deux " +
      "côtés, le même remplissage jusqu'à la moitié du noyau :",
  ],
  "calculator.no_way": "Aucun noyau jusqu'à 11 avec un pas jusqu'à 11 ne fait {o} de {n}.",
  "calculator.way": "noyau {k}, pas {s}, remplissage {p}",

  "photo.title": "Toute la photographie",
  "photo.hint":
    "Filtrée comme dans l'image ci-dessus. Pointez-la : la fenêtre est encadrée, et sa somme " +
    "figure en dessous. Un clic la fixe.",
  "photo.take": "Amener ces pixels dans l'image",
  "photo.input": "la photographie",
  "photo.output": "la photographie filtrée",
});
