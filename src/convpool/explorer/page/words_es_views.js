// The page's sentences in Spanish: the network, other views, and what stands below the picture.
Object.assign(WORDS_ES, {
  "page.compare_short": "Comprobar un resultado",
  "page.network": "Red",
  "network.title": "Una red entrenada lee dígitos",
  "network.intro":
    "Dibuje un dígito o elija uno. Cada imagen muestra lo que encuentra un núcleo (un mapa). " +
    "Haga clic en una de sus celdas (una neurona) para ver su suma, y las líneas desde los " +
    "números de que está hecha: las naranjas suman, las azules restan. Los marcos muestran los " +
    "píxeles de que depende (su campo receptivo). Los {total} parámetros se hallaron por " +
    "entrenamiento; se lee bien el {percent} % de 1000 dígitos de prueba.",
  "network.pad": "Una superficie para dibujar un dígito",
  "network.digits": "Cifras ya hechas",
  "network.clear": "Borrar",
  "network.input": "Entrada",
  "network.conv1": "Convolución 1 y ReLU",
  "network.pool1": "Max pooling 1",
  "network.conv2": "Convolución 2 y ReLU",
  "network.pool2": "Max pooling 2",
  "network.dense": "Capa densa y softmax",
  "network.shape": "forma {shape}",
  "network.windows":
    "ventanas de {kh} × {kw}, relleno “{padding}”: {before} pasa a {after}; debajo de cada " +
    "mapa, su núcleo",
  "network.pool_windows": "ventanas de {kh} × {kw}, paso {sh}: {before} pasa a {after}",
  "network.all_inputs": "cada puntuación es una suma de los {count} números de la capa anterior",
  "network.parameters": "parámetros {product} = {count}",
  "network.no_parameters": "sin parámetros",
  "network.map": "{layer}, mapa {n}",
  "network.neuron": "{layer}, mapa {n}, [{i}, {j}]",
  "network.score": "Puntuación del {n}",
  "network.field":
    "Campo receptivo: filas {top} a {bottom} y columnas {left} a {right} de la imagen ({h} " +
    "× {w} píxeles).",
  "network.read_by":
    "Lo leen neuronas de las filas {top} a {bottom} y las columnas {left} a {right} de cada mapa " +
    "de {layer}: {h} × {w} en cada uno.",
  "network.probability": "Probabilidad del {n}",
  "network.off": "La suma no es mayor que 0, así que ReLU da 0: la neurona está apagada.",
  "network.walk": "El camino sigue los números mayores, de la imagen al dígito leído.",
  "network.softmax":
    "Softmax: e elevado a {score} es {power}. Las diez puntuaciones dan juntas {sum}, y " +
    "{power} / {sum} {percent} %.",
  "network.open": "Abrir en la imagen",
  "network.opened":
    "La imagen muestra esta neurona. Guarda seis decimales de cada número y escribe cuatro. " +
    "«Deshacer» vuelve atrás.",
  "network.subtotals": "Los productos píxel · peso, una imagen por mapa, y sus sumas:",
  "network.empty": "No hay nada dibujado: dibuje un dígito.",
  "network.read_as": "Leído como {n} ({percent} %).",
  "page.views": "Otras vistas",
  "view.title": "Otras vistas de la misma posición",
  "view.loops": "Bucles",
  "view.loops.what":
    "Un término tras otro, en el orden de los bucles, con el resultado hasta ahí: u y v son la " +
    "fila y la columna en la ventana, c es el canal, n el núcleo.",
  "view.copies": "Copias desplazadas",
  "view.copies.what":
    "Para cada peso, una copia de la imagen, multiplicada por el peso y desplazada para que " +
    "cada producto quede sobre la salida a la que se suma; las de varios canales ya están " +
    "sumadas. La suma de las copias es la salida; lo que queda fuera de ella no se muestra.",
  "view.matrix": "Matriz (im2col)",
  "view.matrix.what":
    "Cada ventana es una fila de una matriz, y cada núcleo una columna: la convolución es un " +
    "solo producto de matrices. Así la calculan muchas bibliotecas.",
  "view.planes": "Canales separados",
  "view.planes.what":
    "Cada canal se convoluciona (∗) con su propio plano de los pesos del núcleo; los " +
    "resultados de todos los canales se suman. Para otro núcleo, elija otro canal de salida " +
    "debajo de la imagen.",
  "view.bars": "1-D en barras",
  "view.bars.what":
    "En una sola fila, una convolución es una suma móvil: el núcleo se desliza por la " + "señal.",
  "view.formats": "Formatos de números",
  "view.formats.what":
    "La misma suma, con todos los números en 8, 16 o 32 bits: la primera suma que falla está " +
    "enmarcada.",
  "view.backward": "Retropropagación",
  "view.backward.what":
    "El entrenamiento hace pequeño un número, la pérdida, que dice cuánto se equivoca el " +
    "resultado de una red. Un gradiente dice cuánto crece la pérdida cuando un número crece un " +
    "poco. Se halla hacia atrás, de la última capa a la primera. La capa que sigue a esta ha " +
    "hallado g: cuánto crece la pérdida con cada número de esta salida. De g salen los " +
    "gradientes de los pesos y de la entrada. Después cada peso se cambia un poco, en contra " +
    "de su gradiente: se reduce si el gradiente es mayor que 0, se aumenta si es menor.",
  "view.convolution_only": "Esta vista es para convoluciones.",
  "view.not_transposed": "Esta vista es para convoluciones y pooling.",
  "view.too_large":
    "Esta vista muestra hasta {side} filas y columnas y {taps} pesos: elija tamaños " + "menores.",
  "view.too_wide":
    "Esta vista muestra ventanas de hasta {most} números: elija un núcleo menor o menos " +
    "canales.",
  "view.with": "con {what}",
  "loops.place": "índice",
  "loops.pixel": "píxel",
  "loops.weight": "peso",
  "loops.product": "producto",
  "loops.so_far": "hasta ahí",
  "loops.more": ["… y {n} más.", "… y {n} más."],
  "matrix.windows": "{rows} ventanas × {columns}",
  "matrix.kernels": "núcleos {first} a {last}",
  "matrix.part": "Se muestran {count} de {rows} filas, alrededor de la ventana actual.",
  "planes.part": "sumas del canal {channel}",
  "planes.added": "sumados =",
  "bars.moving_average": "Media móvil",
  "bars.steps": "Encontrar saltos",
  "bars.dice": "Suma de dos dados",
  "bars.one_row": "Elija un ejemplo, o una imagen de altura 1 con una ventana de altura 1.",
  "formats.exact": "exacto",
  "formats.same": "{name}: todas las sumas son exactas.",
  "formats.differs": "{name}: falla desde el producto {k}; el resultado es {value}.",
  "formats.picture":
    "Una imagen de 8 bits solo tiene números enteros de 0 a 255. Si puede haber resultados " +
    "negativos, los programas los cortan en 0 y 255 (aquí {clipped}), quitan el signo menos " +
    "(valor absoluto: {absolute}) o suman 128, para que 0 sea gris ({shifted}).",
  "backward.window": "1 en la ventana",
  "backward.ones": "1 en todas partes",
  "backward.digits": "números pequeños",
  "backward.field": "gradiente de la salida, fila {y}, columna {x}",
  "backward.output": "gradiente g de la salida",
  "backward.input": "gradiente de la entrada",
  "backward.weights": "gradiente de los pesos",
  "backward.pixel": "Gradiente de input[{place}]: {sum}",
  "backward.weight": "Gradiente del peso [{place}], cada g por un píxel: {sum}",
  "backward.weighted":
    "El gradiente de un píxel: cada g al que contribuyó, por el peso, sumados. El gradiente de " +
    "un peso: cada g por el píxel bajo el peso, sumados. Haga clic en un píxel o un peso para " +
    "ver su suma; cambie cualquier número de g.",
  "backward.max":
    "Cada g va a un píxel de su ventana: el mayor, el primero si hay iguales. Los demás no " +
    "reciben nada de él.",
  "backward.min":
    "Cada g va a un píxel de su ventana: el menor, el primero si hay iguales. Los demás no " +
    "reciben nada de él.",
  "backward.avg": "Cada g se reparte por igual entre los píxeles de su ventana.",
  "backward.sum": "Cada g va entero a cada píxel de su ventana.",
  "backward.click": "Haga clic en un píxel para ver su suma; cambie cualquier número de g.",
  "backward.bias": "Gradiente del sesgo: la suma de todos los g = {bias}.",
  "backward.relu": "ReLU detiene el gradiente donde la salida es 0.",
  "backward.check": "Una comprobación, para quien conoce las matrices",
  "backward.identity_is":
    "x es la entrada, g el gradiente y A la matriz del paso hacia delante (sin sesgo). El " +
    "producto escalar de A x, la salida, con g es igual al de x con Aᵀ g, el gradiente de la " +
    "entrada.",
  "backward.too_large":
    "La retropropagación se muestra hasta {most} filas y columnas: elija tamaños menores.",
  "sheet.open": "Hoja de ejercicios",
  "sheet.with": "con las respuestas",
  "sheet.print": "Imprimir",
  "sheet.name": "Nombre: ____________________  Fecha: ____________",
  "sheet.answers": "Respuestas",
  "sheet.title": "Ejercicios: {operation}",
  "sheet.size": "Calcule la altura y la anchura de la salida.",
  "sheet.number": "Calcule output[{position}] con todos sus términos. Su ventana está enmarcada.",
  "sheet.number_alone":
    "Calcule output[{position}] con todos sus términos. Su ventana está impresa arriba.",
  "sheet.scatter": "¿Qué números suma input[{place}], el píxel enmarcado, a la salida, y dónde?",
  "sheet.fill":
    "Escriba toda la salida en los cuadros: primero un marco de su tamaño, luego sus números.",
  "sheet.fill_channel":
    "Escriba el canal {n} de la salida en los cuadros: primero un marco de su tamaño, luego " +
    "sus números.",
  "sheet.filled": "Vea la imagen.",
  "sheet.window": "ventana de la entrada",
  "sheet.counts": "¿Cuántos pesos hay, y cuántas multiplicaciones?",
  "sheet.counted":
    "{product} = {weights} pesos; {weights} · {positions} posiciones = {products} " +
    "multiplicaciones.",
  "sheet.stride": "¿Qué tamaño tendría la salida con un paso de {stride}?",
  "sheet.nothing": "Ninguno: estos ajustes no dan salida.",
  "code.opencv_transposed": "OpenCV no tiene convolución transpuesta: use SciPy o NumPy.",
  "example.signal": "Una señal en 1-D",
  "example.network": "Leer dígitos",
  "view.pools": "Otros poolings",
  "view.pools.what":
    "Pooling adaptativo y global, Lp y mediana, y la vuelta desde un máximo: el unpooling.",
  "pools.adaptive": "Adaptativo",
  "pools.adaptive.what":
    "Se elige el tamaño de la salida; las ventanas salen de él, y pueden solaparse o " +
    "diferir en un píxel. El modo es el de los ajustes, o la media.",
  "pools.bounds":
    "La ventana i de o, en un eje de n píxeles, va de floor(i·n/o) hasta ceil((i + 1)·n/o) " +
    "sin incluirlo: cada límite se redondea hacia fuera. {height}; {width}.",
  "pools.bound": "{name}: {formula}",
  "pools.global": "Global",
  "pools.global.what": "Una ventana tan grande como la imagen: un número por canal.",
  "pools.lp": "Lp",
  "pools.lp.what":
    "p = 1 suma los valores absolutos, p = 2 es la longitud de un vector, y un p grande se " +
    "acerca al mayor valor absoluto.",
  "pools.median": "Mediana",
  "pools.median.what": "El medio de los píxeles ordenados: unos pocos píxeles malos no importan.",
  "pools.unpool": "Unpooling",
  "pools.unpool.what":
    "El max pooling guarda dónde estaba cada máximo, como índice de la imagen aplanada; el " +
    "unpooling lo vuelve a poner ahí, con 0 en lo demás.",
  "pools.indices": "índices",
  "pools.unpooled": "devuelto a su lugar",
  "pools.sorted": "el medio de {list}",
  "pools.empty": "Una ventana sin píxeles no tiene tal número: use menos relleno.",
  "pools.too_large":
    "Esta vista muestra imágenes de hasta {most} filas y columnas: elija una menor.",
  "camera.start": "Cámara",
  "camera.stop": "Parar la cámara",
  "camera.none": "No hay cámara, o el navegador no la permite para esta página.",
  "share.gif": "Guardar GIF",
  "share.gif_progress": "GIF: {percent} %",
  "share.gif_stop": "Detener el GIF",
  "share.gif_stopped": "detenido, no se ha guardado nada",
  "share.gif_saved": "{name} guardado: {count} imágenes, {size} kB",
  "share.some_steps":
    "El GIF omite pasos: muestra 1 de cada {n}, pues contiene como mucho {most} imágenes.",

  "counts.weights": [
    "Pesos (altura · anchura · canales por núcleo · núcleos): {product} = {weights} (+ 1 sesgo).",
    "Pesos (altura · anchura · canales por núcleo · núcleos): {product} = {weights} " +
      "(+ {n} sesgos).",
  ],
  "counts.products":
    "Multiplicaciones: {weights} · {positions} posiciones = {products}. Una capa densa " +
    "entre todas las entradas y salidas tendría {dense} pesos.",

  "transposed.choice":
    "{axis}: una convolución con este paso da {count} salidas para cada tamaño de {least} " +
    "a {greatest}: el camino de vuelta no es único, y el output padding {extra} elige {size}.",
  "transposed.even": "Cada salida se escribe {least} veces",
  "transposed.uneven":
    "Las salidas se escriben de {least} a {greatest} veces: esto puede dar un tablero de ajedrez",
  "transposed.writes": "Cuántas veces se escribe cada salida",
  "transposed.as_convolution": "Mostrarla como convolución",
  "transposed.is_convolution":
    "El mismo resultado con una convolución: ceros entre los píxeles, y el núcleo girado " +
    "180 grados. “Deshacer” vuelve atrás.",

  "calculator.title": "Tamaños sin límites",
  "calculator.n": "lado n de la imagen",
  "calculator.k": "lado k del núcleo",
  "calculator.s": "paso s",
  "calculator.d": "dilatación d",
  "calculator.before": "relleno antes",
  "calculator.after": "relleno después",
  "calculator.c": "canales c",
  "calculator.nc": "núcleos",
  "calculator.letters": "floor((n + antes + después − (d·(k − 1) + 1)) / s) + 1",
  "calculator.floor": "Convolución, y pooling con floor: {formula}",
  "calculator.ceil": "Pooling con ceil: {formula}",
  "calculator.weights": "Pesos: {product} = {weights} (+ {nc} sesgos)",
  "calculator.products":
    "Multiplicaciones: {product} = {products}. Una capa densa tendría {dense} pesos.",
  "calculator.none": "Una ventana de {span} no cabe en {room} píxeles con relleno.",
  "calculator.whole": "Números enteros hasta {most}, por favor.",
  "calculator.backwards": "Al revés: ¿qué núcleo, paso y relleno dan este tamaño?",
  "calculator.size": "entrada",
  "calculator.o": "salida",
  "calculator.ways": [
    "Una manera de ir de {size} a {o} con un núcleo y un paso de hasta {most} y, en ambos " +
      "lados, el mismo relleno de hasta medio núcleo:",
    "{n} maneras de ir de {size} a {o} con núcleos y pasos de hasta {most} y, en ambos lados, " +
      "el mismo relleno de hasta medio núcleo:",
  ],
  "calculator.no_way": "Ningún núcleo hasta 11 con un paso hasta 11 hace {o} de {n}.",
  "calculator.way": "núcleo {k}, paso {s}, relleno {p}",

  "photo.title": "Toda la fotografía",
  "photo.hint":
    "Filtrada como en la imagen de arriba. Al señalarla se enmarca la ventana, y su suma está " +
    "debajo. Un clic la fija.",
  "photo.take": "Llevar estos píxeles a la imagen",
  "photo.input": "la fotografía",
  "photo.output": "la fotografía filtrada",
});
