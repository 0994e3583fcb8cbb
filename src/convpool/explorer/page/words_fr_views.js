// The page's sentences in French: the network, and other views of what is shown.
Object.assign(WORDS_FR, {
  "page.network": "Réseau",
  "network.title": "Un réseau entraîné lit des chiffres",
  "network.intro":
    "Dessinez un chiffre, ou choisissez-en un. Chaque image est une carte : ce qu'un noyau " +
    "trouve dans la couche d'avant. Cliquez sur un neurone pour voir sa somme ; les cadres " +
    "montrent son champ récepteur, tout ce dont il dépend. Le réseau a {total} paramètres " +
    "et lit correctement {percent} % de 1000 chiffres de test.",
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
  "network.parameters": "paramètres {product} = {count}",
  "network.no_parameters": "aucun paramètre",
  "network.map": "{layer}, carte {n}",
  "network.neuron": "{layer}, carte {n}, [{i}, {j}]",
  "network.score": "Score du {n}",
  "network.field":
    "Champ récepteur : lignes {top} à {bottom} et colonnes {left} à {right} de l'image ({h}" +
    " × {w} pixels).",
  "network.off": "La somme n'est pas au-dessus de 0, donc ReLU donne 0 : le neurone est éteint.",
  "network.open": "Ouvrir dans l'image",
  "network.opened":
    "L'image montre ce neurone, avec des nombres arrondis à six décimales. « Annuler » " +
    "revient en arrière.",
  "network.subtotals": "Les produits pixel · poids, une image par carte, et leurs sommes :",
  "network.empty": "Rien n'est dessiné : dessinez un chiffre.",
  "network.read_as": "Lu comme un {n} ({percent} %).",
});
