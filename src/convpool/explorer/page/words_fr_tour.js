// The page's sentences in French: the tour, its questions, the examples and the glossary.
Object.assign(WORDS_FR, {
  "tour.intro":
    "Neuf questions : voir un exemple, prédire le suivant, puis regarder. Ensuite, vous " +
    "saurez expliquer la convolution et le pooling à tout le monde. Vous pouvez changer " +
    "les réglages à tout moment.",
  "tour.start": "Commencer la visite",
  "tour.only_test": "Seulement le test",
  "tour.elsewhere": "La visite est à côté de l'image.",
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
  "tour.write_sizes": "Écrivez les tailles avec × ou x entre elles, comme 12x34.",
  "tour.how_size": "D'abord la hauteur (lignes), puis la largeur (colonnes), comme 12x34.",
  "tour.how_shape": "Hauteur, largeur et canaux, dans cet ordre, comme 12x34x5.",
  "tour.write_number": "Écrivez un nombre.",
  "tour.right": "Juste : {right}.",
  "tour.once_more":
    "{entered} n'est pas juste. Essayez encore une fois, ou « Montrer la réponse ».",
  "tour.would_be": "{entered} est la réponse si {cause}.",
  "tour.swapped":
    "La hauteur et la largeur sont échangées : la hauteur (lignes) vient d'abord. Essayez " +
    "encore une fois.",
  "tour.it_is": "C'est {right}.",
  "tour.changed":
    "L'image avait changé. Voici de nouveau celle de la question : regardez-la, puis vérifiez.",
  "tour.other_picture": "Vous avez changé l'image. Ce texte parle de l'image d'avant.",
  "tour.elsewhere_than":
    "La question porte sur output[{place}] : la fenêtre a été déplacée ailleurs.",
  "tour.put_back": "Remettre l'image",
  "tour.one_more": "Ensuite : {title}",
  "tour.optional": "Facultatif : {title}",
  "tour.covered": "Caché jusqu'à votre réponse.",
  "tour.letters": "out : les sorties, n : les pixels, s : le pas",
  "tour.title": "Visite : neuf questions, des réponses à voir",
  "tour.1.title": "Qu'est-ce qu'une convolution ?",
  "tour.1.short":
    "Le noyau est posé sur l'image ; les pixels multipliés par les poids, additionnés, font un " +
    "nombre de la sortie ; puis la fenêtre avance.",
  "tour.1.before":
    "Un noyau, un petit tableau de poids, est posé sur l'image. Les pixels sous le noyau " +
    "s'appellent la fenêtre. Chaque pixel de la fenêtre est multiplié par le poids posé sur lui, " +
    "et les produits sont additionnés. Cette somme est un pixel de la sortie. Puis la fenêtre " +
    "avance.",
  "tour.1.example":
    "Les lignes et les colonnes se comptent à partir de 0 : output[0, 0] est dans le coin en " +
    "haut à gauche, output[0, 1] à sa droite. Dans le code, « output » est la sortie et « " +
    "input » l'entrée.",
  "tour.1.ask": "La fenêtre avance d'un pixel vers la droite. Quel nombre sera output[0, 1] ?",
  "tour.1.hint":
    "Additionnez la colonne de gauche de la nouvelle fenêtre, et soustrayez sa colonne de " +
    "droite.",
  "tour.1.after":
    "Les pixels de gauche sont ajoutés, ceux de droite soustraits. Avec le noyau tel quel, " +
    "cette somme s'appelle à proprement parler une corrélation croisée ; l'apprentissage " +
    "profond dit tout de même convolution. Le traitement du signal tourne d'abord le noyau de " +
    "180 degrés (« retourner »).",
  "tour.1.try": "Tourner le noyau (retourner)",
  "tour.1.tried":
    "L'image a maintenant un autre noyau, où chaque poids a son propre nombre, pour voir où il " +
    "va. Tourné de 180 degrés, il est posé sur la fenêtre :",
  "tour.2.title": "Qu'est-ce qu'un noyau ?",
  "tour.2.short":
    "Un petit tableau de poids, appelé aussi filtre. Ils décident de ce qu'on trouve : −1, 0, " +
    "1 un contour, des poids égaux du flou. Dans un réseau, ils sont appris.",
  "tour.2.before":
    "Le tableau de poids s'appelle le noyau, ou filtre. Ses poids décident de ce que fait la " +
    "convolution : trouver des contours, rendre flou, faire ressortir des détails. Celui-ci a " +
    "−1 dans sa ligne du haut et 1 dans celle du bas.",
  "tour.2.example":
    "Ici, la ligne du haut et celle du bas de la fenêtre ont les mêmes pixels : ils " +
    "s'annulent, et la somme est 0. (Les tailles disent d'abord la hauteur : 5 × 4, ce sont 5 " +
    "lignes et 4 colonnes.)",
  "tour.2.ask": "Quel nombre sera output[1, 1] ?",
  "tour.2.hint":
    "La fenêtre commence (coin en haut à gauche) à input[1, 1] : soustrayez les trois pixels " +
    "de sa ligne du haut de ceux de la ligne du bas.",
  "tour.2.after":
    "La somme est loin de 0 là où les pixels du bas diffèrent de ceux du haut : à un contour " +
    "horizontal. Le noyau de la question 1 trouvait des contours verticaux. Neuf poids de 1/9 " +
    "donneraient la moyenne de la fenêtre : du flou. Ces poids ont été choisis à la main. Ceux " +
    "d'un réseau sont appris : il est entraîné avec de nombreux exemples (« Lire des chiffres " +
    "» en montre un).",
  "tour.3.title": "Qu'est-ce que le remplissage (padding) ?",
  "tour.3.short":
    "Des pixels ajoutés autour de l'image, le plus souvent des zéros, pour que les fenêtres " +
    "puissent dépasser son bord : n + avant + après − k + 1 sorties.",
  "tour.3.before":
    "Une fenêtre doit être posée sur des nombres. Sans remplissage, le centre de la fenêtre ne " +
    "peut pas être au bord, et la sortie est plus petite que l'entrée. Le remplissage ajoute un " +
    "bord autour de l'image, le plus souvent de zéros (hachures grises).",
  "tour.3.example":
    "La hauteur en mots : avec les zéros, il y a 5 + 1 + 1 = 7 lignes. Un noyau de 3 lignes " +
    "peut y avancer de 7 − 3 = 4 lignes ; on ajoute 1 pour sa première position : 5 sorties. " +
    "La largeur se calcule de même.",
  "tour.3.ask":
    "Maintenant une ligne de zéros en haut et en bas, et deux colonnes à gauche et à droite. " +
    "Quelle taille aura la sortie ?",
  "tour.3.hint":
    "Sur chaque axe, ajoutez aux pixels le remplissage des deux côtés, chacun une fois ; puis " +
    "soustrayez le noyau et ajoutez 1.",
  "tour.3.after":
    "Pour chaque axe : les pixels et le remplissage des deux côtés, moins le noyau, plus un " +
    "(pour la première position). Les zéros sont multipliés et additionnés comme des pixels : " +
    "une photo rendue floue avec des zéros a un bord sombre, et un noyau qui trouve des " +
    "contours y en trouve un.",
  "tour.3.try": "Rendre une photo floue avec des zéros",
  "tour.3.tried":
    "La photo du chat, réduite à 24 × 24 pixels. Les poids, des seizièmes, ont pour somme 1 : " +
    "une moyenne pondérée. Au bord, elle est plus sombre, car les fenêtres y couvrent des " +
    "pixels noirs (0).",
  "tour.4.title": "Que veut dire « valid », que veut dire « same » ?",
  "tour.4.short":
    "« valid » n'ajoute rien : n − k + 1 sorties. « same » ajoute k − 1 zéros sur chaque axe " +
    "(pas de 1) : n sorties.",
  "tour.4.before":
    "« valid » n'ajoute rien : chaque fenêtre est posée sur de vrais pixels. « same » ajoute " +
    "assez de zéros pour que la sortie soit aussi grande que l'entrée, tant que la fenêtre " +
    "avance d'un pixel à la fois (la question 5 montre d'autres pas).",
  "tour.4.example":
    "« valid » donnerait 3 × 3 : un noyau de 3 × 3 enlève 3 − 1 = 2 lignes et 2 colonnes. " +
    "« same » rajoute ces 2 lignes, une en haut et une en bas, et ces 2 colonnes, une à gauche " +
    "et une à droite.",
  "tour.4.ask": "Un noyau de 4 × 3 avec « same » sur 5 × 6. Quelle taille aura la sortie ?",
  "tour.4.hint": "« same » ajoute ce que le noyau enlève, quelle que soit sa taille.",
  "tour.4.after":
    "De nouveau aussi grande que l'entrée. La hauteur a besoin de 4 − 1 = 3 lignes de zéros en " +
    "tout, un nombre impair : un côté en reçoit une de plus. « same », comme dans les " +
    "bibliothèques PyTorch et Keras, la met en bas et à droite ; « same_lower », comme dans " +
    "ONNX, en haut et à gauche.",
  "tour.5.title": "Qu'est-ce que le pas (stride) ?",
  "tour.5.short":
    "De combien la fenêtre avance à chaque étape : floor((n + avant + après − k) / s) + 1 " +
    "sorties. « same » en fait out = ceil(n / s), avec max(0, (out − 1)·s + k − n) zéros.",
  "tour.5.before":
    "Le pas est la distance dont la fenêtre avance. Avec un pas de 2, elle saute une " +
    "position sur deux, et la sortie a environ deux fois moins de lignes et de colonnes.",
  "tour.5.example":
    "La fenêtre a la place d'avancer de 5 − 3 = 2 lignes. On divise cela par le pas, et on " +
    "ajoute 1 pour la première position. « floor » veut dire arrondi vers le bas. Appuyez sur " +
    "« Lire » : la fenêtre saute.",
  "tour.5.ask": "Un noyau de 3 × 3 avec un pas de 2 sur 6 × 9, sans remplissage. Quelle taille ?",
  "tour.5.hint":
    "La division est arrondie vers le bas : la fenêtre ne fait pas de pas qui n'a pas la " +
    "place. Puis on ajoute 1.",
  "tour.5.after":
    "La division est arrondie vers le bas : (6 − 3) / 2 = 1,5 devient 1. Les pixels qu'aucune " +
    "fenêtre entière n'atteint restent : les hachures rouges les marquent.",
  "tour.5.further1.title": "« same » avec un pas",
  "tour.5.further1":
    "Avec un pas s, « same » divise par s et arrondit vers le haut (ceil). De n pixels, il fait " +
    "ce nombre de sorties :\nout = ceil(n / s)\nIci 6 / 2 = 3. Les fenêtres commencent à 0, 2 et " +
    "4. La dernière couvre les places 4, 5 et 6 : cela fait 7 places, de 0 à 6, pour 6 pixels. " +
    "Chaque axe a donc besoin d'un zéro, à sa fin.\nEn général, la dernière fenêtre commence à " +
    "(out − 1)·s et a la longueur k (noyau). « same » ajoute les T zéros qui manquent ; aucun si " +
    "n pixels suffisent :\nT = max(0, (out − 1)·s + k − n)",
  "tour.5.further2.ask":
    "« same » avec un noyau de 3 × 3 et un pas de 2, sur 5 × 8. Quelle taille ?",
  "tour.5.further2.hint":
    "« same » divise la hauteur et la largeur par le pas et arrondit vers le haut ; la taille du " +
    "noyau ne compte pas.",
  "tour.5.further2.after":
    "5 / 2 = 2,5 est arrondi à 3, et 8 / 2 fait 4. « same » ne garde donc la taille de l'entrée " +
    "qu'avec un pas de 1.",
  "tour.5.further3.title": "« same_size »",
  "tour.5.further3":
    "Certains cours disent « same » quand la sortie est aussi grande que l'entrée quel que " +
    "soit le pas. Cette page dit « same_size ». La fenêtre passe alors sur beaucoup de " +
    "remplissage.\nout = n\nT = (n − 1)·s + k − n\nLa moitié de T va en haut et à gauche ; si " +
    "T est impair, le zéro de plus y va aussi. Keras et ONNX n'ont pas cette règle : leur « " +
    "same » donne n / s sorties, arrondi vers le haut. PyTorch n'a « same » qu'avec un pas de " +
    "1.",
  "tour.5.further4.ask":
    "« same_size » avec un noyau de 3 × 3 et un pas de 2, sur 5 × 8. Quelle taille ?",
  "tour.5.further4.hint":
    "« same_size » ajoute assez de remplissage pour que chaque pixel de l'entrée ait sa sortie.",
  "tour.5.further4.after":
    "Aussi grande que l'entrée. Cela demande 6 lignes et 9 colonnes de remplissage ; « same » " +
    "demandait 2 lignes et 1 colonne.",
  "tour.6.title": "Que sont les canaux ?",
  "tour.6.short":
    "Des plans de nombres, comme rouge, vert et bleu. Un noyau a un plan de poids pour chacun, " +
    "additionne tous les produits, et donne un canal de sortie : kh·kw·c poids (hauteur, " +
    "largeur, canaux).",
  "tour.6.before":
    "Une image en couleur a trois nombres par pixel : trois plans, appelés canaux. D'autres " +
    "images ont d'autres nombres de canaux. Un noyau a un plan de poids pour chaque canal. " +
    "Tous les produits, de tous les canaux, entrent dans une seule somme. Un noyau donne donc " +
    "un plan de sortie.",
  "tour.6.example":
    "Cette image n'a que deux canaux, pour que les sommes soient courtes. Un noyau : la sortie " +
    "a un canal. Chaque canal a ses propres poids (ici, ceux du canal 1 sont le double de ceux " +
    "du canal 0, seulement pour qu'on les distingue) ; la somme de chacun est à côté de " +
    "l'image ou au-dessous. L'image montre un canal de l'entrée, à choisir au-dessous (« canal " +
    "d'entrée devant »).",
  "tour.6.ask":
    "Une image de 5 × 5 avec trois canaux, deux noyaux de 2 × 2 × 3, sans remplissage. Quelle " +
    "forme aura la sortie ?",
  "tour.6.hint":
    "Un noyau met les produits de tous les canaux dans une seule somme : il donne un canal de " +
    "sortie, quel que soit le nombre de canaux en entrée.",
  "tour.6.after":
    "Un canal de sortie par noyau : dans output[0, 0, 0], le troisième nombre dit lequel. " +
    "Chaque noyau a un plan de poids pour chacun des trois canaux, ici 2·2·3 = 12 poids " +
    "(hauteur·largeur·canaux), les deux ensemble 24. Pour une image en couleur, un noyau de 3 " +
    "× 3 a 3·3·3 = 27 poids. L'image montre le noyau 0 ; « canal de sortie », au-dessous, " +
    "montre l'autre.",
  "tour.6.try": "Voir les canaux séparés",
  "tour.6.further1.title": "les groupes",
  "tour.6.further1":
    "Les groupes partagent les canaux, et les noyaux, en parties qui ne se mélangent pas. Ici, " +
    "4 canaux et 2 noyaux forment 2 groupes : le noyau 0 ne voit que les canaux 0 et 1, le " +
    "noyau 1 les canaux 2 et 3. Un noyau a donc 2 plans de poids, pas 4 : moins de poids, et " +
    "moins à calculer. Avec autant de groupes que de canaux, un noyau voit un seul canal : " +
    "c'est « depthwise ».",
  "tour.7.title": "Comment fait-on une convolution sur une image ?",
  "tour.7.short":
    "Deux boucles sur les lignes et les colonnes de la sortie : découper la fenêtre, la " +
    "multiplier par le noyau, additionner.",
  "tour.7.before":
    "Deux boucles parcourent les lignes et les colonnes de la sortie. À chaque position : " +
    "découper la fenêtre, multiplier chaque pixel par son poids (w * kernel), additionner les " +
    "produits (sum). Sous les boucles : cette étape. Ce noyau compare un pixel à ses quatre " +
    "voisins : il trouve des taches et des contours de toute direction.",
  "tour.7.example": "Appuyez sur « Lire » pour les voir changer.",
  "tour.7.ask": "Maintenant une fenêtre au bord : quel nombre sera output[4, 2] ?",
  "tour.7.hint": "La ligne du bas de la fenêtre est dans le remplissage : ses pixels sont 0.",
  "tour.7.after":
    "Les zéros du remplissage n'ajoutent rien ici. Les produits, l'un après l'autre, sont dans " +
    "« Autres vues » (Boucles), plus bas ; avec plusieurs canaux ou noyaux, il y a aussi des " +
    "boucles pour eux.",
  "tour.7.further1.title": "avec un pas",
  "tour.7.further1":
    "Avec un pas de 2, une ligne de plus dans les boucles dit où commence la fenêtre : à y = " +
    "2·i et x = 2·j. La sortie est plus petite. La fenêtre et sa somme restent les mêmes.",
  "tour.7.further2.title": "avec une dilatation",
  "tour.7.further2":
    "La dilatation écarte la fenêtre : avec 2, elle prend une ligne sur deux et une colonne " +
    "sur deux, et saute celles entre elles. Un noyau de 3 × 3 s'étend donc sur 2·(3 − 1) + 1 = " +
    "5 lignes et colonnes : une vue plus large avec les mêmes 9 poids. Dans les boucles, « :2 " +
    "» à la fin d'une tranche fait cela.",
  "tour.8.title": "Qu'est-ce que le max pooling ? Et l'average pooling ?",
  "tour.8.short":
    "Un nombre par fenêtre, sans poids, dans chaque canal à part : le plus grand pixel (max), " +
    "ou la moyenne (average).",
  "tour.8.before":
    "Le pooling a des fenêtres mais pas de poids. Le max pooling garde le plus grand pixel de " +
    "chaque fenêtre, l'average pooling leur moyenne. Chaque canal est traité seul. D'habitude, " +
    "le pas est la taille de la fenêtre, et les fenêtres ne se chevauchent pas : ici, les deux " +
    "sont 2. La sortie est plus petite : un réseau a moins à calculer, et sa fenêtre suivante " +
    "voit une plus grande partie de l'image.",
  "tour.8.example":
    "L'image montre l'average pooling. Le max pooling garde le plus grand des quatre pixels.",
  "tour.8.ask": "Max pooling avec des fenêtres de 2 × 2 : quel nombre sera output[1, 1] ?",
  "tour.8.hint": "Avec un pas de 2, cette fenêtre commence à input[2, 2].",
  "tour.8.after":
    "Le plus grand pixel de la fenêtre. L'endroit où il se trouve dans la fenêtre n'a pas " +
    "d'importance : s'il se déplace dans sa fenêtre, la sortie ne change pas.",
  "tour.8.try": "Comparer avec la moyenne",
  "tour.8.further1.title": "avec un remplissage",
  "tour.8.further1":
    "Le pooling peut aussi avoir un remplissage. Ce ne sont pas des zéros, comme pour une " +
    "convolution : ses places n'ont aucune valeur. Le max pooling ne les prend jamais. " +
    "L'average pooling les laisse ici : cette fenêtre a deux pixels, il divise donc par 2. " +
    "PyTorch les compte comme des zéros, et divise par 4 ; cette page aussi, avec « diviser " +
    "par : pixels et remplissage » (Tous les réglages).",
  "tour.9.title": "Comment fait-on le pooling sur une image ?",
  "tour.9.short":
    "Les mêmes deux boucles avec w.max() ou w.mean(), le plus souvent avec le pas k : floor((n " +
    "− k) / s) + 1 sorties.",
  "tour.9.before":
    "Les mêmes deux boucles : une fenêtre, un nombre (le plus grand pixel, ou la moyenne), " +
    "puis la fenêtre avance d'un pas. Ce qui ne remplit pas une fenêtre est laissé. Sous les " +
    "boucles : le plus grand pixel de cette fenêtre, et la moyenne.",
  "tour.9.example":
    "C'est le max pooling. L'average pooling a w.mean() à la place de w.max() ; la taille de la " +
    "sortie est la même.",
  "tour.9.ask":
    "Maintenant l'average pooling avec des fenêtres de 2 × 2 et un pas de 2, sur 5 × 7. Quelle " +
    "taille ?",
  "tour.9.hint": "Ce qui ne remplit pas une fenêtre est laissé : arrondissez vers le bas.",
  "tour.9.after":
    "Arrondi vers le bas : la dernière ligne et la dernière colonne restent (hachures rouges). " +
    "Avec l'option « ceil » (PyTorch, ONNX), une dernière fenêtre qui dépasse l'image est " +
    "gardée.",

  "test.number": "Quel nombre sera le pixel marqué de la sortie ?",
  "test.number_at": "Quel nombre sera output[{place}], le pixel encadré de la sortie ?",
  "test.weight":
    "Le noyau doit donner ici la somme {total}. Quel poids faut-il à la ligne {u}, colonne {v} " +
    "du noyau, à la place de 0 ?",
  "test.weight_hint":
    "Additionnez les trois autres produits. Ce qui manque à la somme, divisé par le pixel sous " +
    "ce poids, est le poids.",
  "test.size": "Quelle taille aura la sortie ?",
  "test.shape": "Quelle forme aura la sortie ?",
  "test.padding_for":
    "La sortie doit être de {size}. De combien de remplissage a-t-elle besoin en tout ?",
  "test.how_padding":
    "D'abord les lignes (haut et bas ensemble), puis les colonnes (gauche et droite), comme 2x4 " +
    "; il peut y en avoir plusieurs.",
  "test.stride_for": "La sortie doit être de {size}. Quel pas la donne ?",
  "test.how_stride":
    "D'abord vers le bas, puis vers la droite, comme 2x1 ; il peut y en avoir plusieurs.",
  "test.heading": "Test, question {k} sur {count} : {title}",
  "test.next": "Question suivante",
  "test.result": "Voir le résultat",
  "test.end": "Terminer le test",
  "test.again": "Encore, avec d'autres nombres",
  "test.done": "Fini",
  "test.back": "Retour au résultat",
  "test.answers": "Les neuf réponses en bref (image n, noyau k, pas s)",
  "test.hint4":
    "« valid » : la sortie a k − 1 lignes et colonnes de moins que l'image, où k est la " +
    "hauteur ou la largeur du noyau. « same » : elle est aussi grande que l'image.",
  "test.hint5":
    "« valid » : la fenêtre peut avancer de image − noyau. Divisez cela par le pas, " +
    "arrondissez vers le bas et ajoutez 1. « same » : divisez l'image par le pas et " +
    "arrondissez vers le haut.",
  "test.score": "{k} sur {count} justes du premier coup",
  "test.skipped": "{n} sur {count} sans réponse",
  "test.missed": "À revoir :",
  "test.all_right":
    "Expliquez maintenant chacune des neuf avec vos propres mots : c'est le vrai test.",
  "test.image": "Une image de {h} × {w}",
  "test.image_channels": "Une image de {h} × {w} avec {c} canaux",
  "test.pool_max": "max pooling avec des fenêtres de {kh} × {kw}",
  "test.pool_avg": "average pooling avec des fenêtres de {kh} × {kw}",
  "test.pool_min": "pooling par le minimum avec des fenêtres de {kh} × {kw}",
  "test.pool_sum": "pooling par la somme avec des fenêtres de {kh} × {kw}",
  "test.dilation": "dilatation de {dh} vers le bas et de {dw} vers la droite",
  "test.transposed": "convolution transposée",
  "test.groups": "{groups} groupes",
  "test.flip": "le noyau est tourné de 180 degrés",
  "test.pad_mode": "remplissage « {mode} »",
  "test.bias": "biais {bias}",
  "test.relu": "puis ReLU",
  "test.kernels": ["un noyau de {kh} × {kw}{depth}", "{nc} noyaux de {kh} × {kw}{depth}"],
  "test.by_hand": "remplissage {top} en haut, {bottom} en bas, {left} à gauche, {right} à droite",
  "test.padding": "remplissage « {padding} »",
  "test.stride": "pas de {sh} vers le bas et de {sw} vers la droite",
  "own.title": "Faire vos propres questions",
  "own.intro":
    "Pour une classe : réglez l'image comme vous voulez, et ajoutez une question sur ce qui " +
    "est montré. Le lien ouvre vos questions l'une après l'autre, et chacune cache sa réponse " +
    "jusqu'à ce qu'on l'ait prédite. Les réponses sont calculées, pas enregistrées.",
  "own.words": "Vos mots (facultatifs)",
  "own.add_number": "Demander le nombre encadré",
  "own.add_size": "Demander la taille de la sortie",
  "own.add_padding": "Demander quel remplissage donne cette taille",
  "own.add_stride": "Demander quel pas donne cette taille",
  "own.show": "Montrer",
  "own.remove": "Enlever",
  "own.number_of": "{settings} On demande : output[{place}].",
  "own.size_of": "{settings} On demande : la taille.",
  "own.padding_of": "{settings} On demande : le remplissage.",
  "own.stride_of": "{settings} On demande : le pas.",
  "own.copy": "Copier le lien vers les questions",
  "own.try": "Essayer les questions",
  "own.heading": "Question {k} sur {count}",
  "own.end": "Terminer les questions",
  "own.all_right": "Toutes, du premier coup.",
  "own.full": "Un lien contient {most} questions.",
  "own.no_number":
    "Une convolution transposée ajoute à plusieurs sorties à chaque étape : demandez la taille.",
  "own.no_way":
    "Demandez la taille d'une convolution transposée : son remplissage et son pas agissent à " +
    "l'envers.",
  "own.nothing": "Ce lien ne contient aucune question qui ait un sens ici.",

  "example.blur": "Rendre une photo floue",
  "example.edges": "Trouver des contours",
  "example.pad": "Ajouter un remplissage",
  "example.stride": "Avancer d'un pas de 2",
  "example.channels": "Trois canaux",
  "example.pool": "Pooling (maximum)",
  "about.blur":
    "Chaque pixel devient une moyenne pondérée de sa fenêtre : les poids, des seizièmes, font " +
    "1 ensemble. Le bord est rempli par la photo en miroir (« reflect »), et il est aussi " +
    "clair que le reste.",
  "about.darker":
    "Avec des zéros, le bord est plus sombre : les fenêtres y couvrent des pixels noirs (0), " +
    "donc leur moyenne est plus petite.",
  "about.edges":
    "Les poids soustraient les pixels d'un côté de ceux de l'autre : la somme est loin de 0 " +
    "là où les deux côtés diffèrent, à un contour. Le bord est rempli par la photo en miroir " +
    "(« reflect »), pour ne pas être un contour.",
  "about.pad":
    "Les zéros hachurés sont le remplissage. Avec un de chaque côté, la sortie d'un noyau de " +
    "3 × 3 est aussi grande que l'image.",
  "about.stride":
    "La fenêtre avance de 2 au lieu de 1 : une position sur deux est sautée, et 5 × 5 sorties " +
    "deviennent 3 × 3.",
  "about.channels":
    "L'image a trois canaux, et le noyau a un plan de poids pour chacun. Les 12 produits " +
    "entrent dans une seule somme.",
  "about.pool":
    "Chaque fenêtre de 2 × 2 devient un nombre, son plus grand pixel. Il n'y a pas de poids.",
  "about.use_zeros": "Remplir de zéros",
  "about.use_mirror": "Remplir avec la photo en miroir",

  "word.title": "Les mots",
  "word.in_part": "Mots : {list}",
  "word.pixel": "pixel",
  "word.pixel.what":
    "Une place d'une image : un nombre, ou trois en couleur, un pour chaque canal.",
  "word.channel": "canal",
  "word.channel.what": "Un plan de nombres : une image en couleur en a trois, rouge, vert et bleu.",
  "word.kernel": "noyau",
  "word.kernel.what":
    "Le petit tableau de poids posé sur la fenêtre, qui se déplace avec elle ; on dit aussi " +
    "filtre.",
  "word.window": "fenêtre",
  "word.window.what":
    "La partie de l'image que l'on regarde à une étape ; le noyau est posé dessus, pixel par " +
    "pixel.",
  "word.weight": "poids",
  "word.weight.what": "Un nombre d'un noyau : un pixel est multiplié par lui.",
  "word.convolution": "convolution",
  "word.convolution.what":
    "À chaque position de la fenêtre, des pixels fois des poids, additionnés.",
  "word.flip": "retourner",
  "word.flip.what":
    "Tourner le noyau de 180 degrés avant de l'utiliser, comme en traitement du signal. Sans " +
    "cela, une convolution est à proprement parler une corrélation croisée.",
  "word.output": "sortie",
  "word.output.what": "Le résultat : un nombre pour chaque position de la fenêtre.",
  "word.padding": "remplissage",
  "word.padding.what":
    "Des pixels ajoutés autour de l'image, le plus souvent des zéros, pour que les fenêtres " +
    "puissent dépasser son bord ; dans le pooling, ils n'ont pas de valeur.",
  "word.valid": "valid",
  "word.valid.what":
    "Aucun remplissage : chaque fenêtre est posée sur de vrais pixels. La sortie est plus " +
    "petite, sauf avec un noyau de 1 × 1.",
  "word.same": "same",
  "word.same.what":
    "Remplissage qui rend la sortie aussi grande que l'entrée avec un pas de 1 ; avec un pas s, " +
    "n pixels donnent n / s sorties, arrondi vers le haut.",
  "word.same_size": "same_size",
  "word.same_size.what":
    "Remplissage qui rend la sortie aussi grande que l'entrée, quel que soit le pas.",
  "word.stride": "pas",
  "word.stride.what": "De combien la fenêtre avance d'une étape à l'autre.",
  "word.floor": "floor",
  "word.floor.what":
    "Arrondi vers le bas : floor(7 / 2) = 3. Dans la taille de la sortie, c'est combien de fois " +
    "la fenêtre peut avancer ; + 1 compte sa première position.",
  "word.ceil": "ceil",
  "word.ceil.what": "Arrondi vers le haut : ceil(7 / 2) = 4.",
  "word.dilation": "dilatation",
  "word.dilation.what": "La distance entre les pixels d'une fenêtre : 2 en saute un sur deux.",
  "word.groups": "groupes",
  "word.groups.what":
    "Parties des canaux qui ne se mélangent pas : de 4 canaux en 2 groupes, la moitié des " +
    "noyaux voit les canaux 0 et 1, les autres 2 et 3.",
  "word.bias": "biais",
  "word.bias.what": "Un nombre ajouté à chaque somme, un par noyau.",
  "word.relu": "ReLU",
  "word.relu.what": "Les nombres négatifs deviennent 0.",
  "word.pooling": "pooling",
  "word.pooling.what":
    "Un nombre pour chaque fenêtre, sans poids : le plus grand pixel, la moyenne, etc.",
  "word.transposed": "convolution transposée",
  "word.transposed.what":
    "En sens inverse : chaque pixel fois le noyau est ajouté à une fenêtre de la sortie, qui " +
    "est plus grande. Le remplissage coupe la sortie.",
  "word.extra": "output padding",
  "word.extra.what":
    "D'une convolution transposée : des lignes et des colonnes ajoutées en bas et à droite de la " +
    "sortie, car plusieurs tailles mènent à la même entrée. Elles ont les produits qui les " +
    "atteignent, sinon 0 (plus un biais, s'il y en a un).",
  "word.layer": "couche",
  "word.layer.what": "Une étape d'un réseau, comme une convolution ou un pooling.",
  "word.neuron": "neurone",
  "word.neuron.what":
    "Un nombre de la sortie d'une couche : une somme d'entrées pondérées, ici d'une fenêtre.",
  "word.dense": "couche dense",
  "word.dense.what":
    "Une couche où chaque sortie a un poids pour chaque entrée, pas seulement pour une fenêtre.",
  "word.softmax": "softmax",
  "word.softmax.what":
    "Change les scores en probabilités : e puissance chaque score, divisé par leur somme.",
  "word.map": "carte de caractéristiques",
  "word.map.what": "Un canal de la sortie d'une couche : où un noyau a trouvé ce qu'il cherche.",
  "word.field": "champ récepteur",
  "word.field.what": "Les pixels de l'image dont dépend un nombre d'une couche suivante.",
  "word.parameter": "paramètre",
  "word.parameter.what": "Un nombre qui est appris : un poids ou un biais.",
  "word.trained": "entraîné",
  "word.trained.what":
    "Se dit d'un réseau dont un ordinateur a trouvé les poids à partir de nombreux exemples " +
    "aux réponses connues.",
  "word.gradient": "gradient",
  "word.gradient.what": "De combien un résultat change quand un pixel ou un poids augmente un peu.",
});
