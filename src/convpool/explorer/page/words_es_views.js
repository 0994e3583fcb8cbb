// The page's sentences in Spanish: the network, and other views of what is shown.
Object.assign(WORDS_ES, {
  "page.network": "Red",
  "network.title": "Una red entrenada lee cifras",
  "network.intro":
    "Dibuje una cifra, o elija una. Cada imagen es un mapa: lo que un núcleo encuentra en " +
    "la capa anterior. Haga clic en una neurona para ver su suma; los marcos muestran su " +
    "campo receptivo, todo aquello de lo que depende. La red tiene {total} parámetros y lee" +
    " bien el {percent} % de 1000 cifras de prueba.",
  "network.pad": "Una superficie para dibujar una cifra",
  "network.digits": "Cifras ya hechas",
  "network.clear": "Borrar",
  "network.input": "Entrada",
  "network.conv1": "Convolución 1 y ReLU",
  "network.pool1": "Max pooling 1",
  "network.conv2": "Convolución 2 y ReLU",
  "network.pool2": "Max pooling 2",
  "network.dense": "Capa densa y softmax",
  "network.shape": "forma {shape}",
  "network.parameters": "parámetros {product} = {count}",
  "network.no_parameters": "sin parámetros",
  "network.map": "{layer}, mapa {n}",
  "network.neuron": "{layer}, mapa {n}, [{i}, {j}]",
  "network.score": "Puntuación del {n}",
  "network.field":
    "Campo receptivo: filas {top} a {bottom} y columnas {left} a {right} de la imagen ({h} " +
    "× {w} píxeles).",
  "network.off": "La suma no es mayor que 0, así que ReLU da 0: la neurona está apagada.",
  "network.open": "Abrir en la imagen",
  "network.opened":
    "La imagen muestra esta neurona, con números redondeados a seis decimales. «Deshacer» " +
    "vuelve atrás.",
  "network.subtotals": "Los productos píxel · peso, una imagen por mapa, y sus sumas:",
  "network.empty": "No hay nada dibujado: dibuje una cifra.",
  "network.read_as": "Leído como {n} ({percent} %).",
});
