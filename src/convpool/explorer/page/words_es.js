// The page's sentences in Spanish; keys are those of words_en.js.
const WORDS_ES = {
  "legend.signed": "naranja: mayor que 0, azul: menor que 0",
  "legend.grey": "negro: 0, blanco: {white}",
  "legend.clipped":
    "limitados: {n} de {count} números, por debajo de 0 o por encima de 255, como en OpenCV",
  "photo.clipped": "{n} de {count} números, bajo 0 o sobre 255, se limitan, como en OpenCV.",
  "photo.signed": "naranja: por encima de 0, azul: por debajo de 0 (media de los tres canales)",
  "legend.colour": "tres canales como color, de 0 a {white}; números: canal {front}",
  "legend.rounded": "≈ redondeado: la suma y las tablas tienen hasta cuatro decimales",
  "legend.input": "entrada",
  "legend.output": "salida",
  "legend.padding": "rayado gris: relleno (padding)",
  "legend.inserted": "guiones: ceros insertados entre los píxeles",
  "legend.cropped": "rayado gris: cortado por el relleno",
  "legend.left": "rayado rojo: sobra, ninguna ventana entera llega hasta allí",
  "legend.window": "marco: la ventana, y el píxel de la salida que da",
  "legend.spread":
    "marcos pequeños: los píxeles de la ventana; marco: el píxel de la salida que dan",
  "legend.feeds": "marcos verdes: el píxel, y las salidas en que se usa",
  "legend.written": "marco: el píxel, y la ventana de la salida a la que se suman sus productos",
  "legend.kept": "el píxel que se queda",
  "legend.groups": [
    "{groups} grupos: el núcleo {kernel} solo ve el canal {channels}, por separado (depthwise)",
    "{groups} grupos: el núcleo {kernel} solo ve los canales {channels}",
  ],

  "share.copied": "enlace copiado",
  "share.copied_file":
    "Copiado. Esta página es un archivo, así que el enlace es solo lo que sigue a su nombre: " +
    "póngalo al final de la dirección de cualquier copia de la página, o en “{paste}”.",
  "share.in_address": "el enlace está en la barra de direcciones",
  "share.started_over": "Todo empieza de nuevo. “Deshacer” devuelve lo que había.",
  "share.frame": "Copiar iframe",
  "share.whole_page": "Abrir la página entera",
  "share.frame_copied": "iframe copiado",
  "share.saved": "{name} guardado",
  "share.link": "Copiar enlace",
  "share.svg": "Guardar SVG",
  "share.png": "Guardar PNG",
  "share.undo": "Deshacer",
  "share.reset": "Empezar de nuevo",
  "share.label": "Para llevar",

  "pool.max": ["El mayor de {n} píxel.", "El mayor de {n} píxeles."],
  "pool.min": ["El menor de {n} píxel.", "El menor de {n} píxeles."],
  "pool.avg": [
    "La media de {n} píxel: la suma, dividida por {divisor}.",
    "La media de {n} píxeles: su suma, dividida por {divisor}.",
  ],
  "pool.sum": ["La suma de {n} píxel.", "La suma de {n} píxeles."],
  "pool.first_of_equals": "{n} píxeles son iguales: se toma el primero.",
  "pool.padding_never_wins": "El relleno nunca se toma.",
  "pool.padding_counts": "El divisor cuenta también el relleno.",
  "pool.padding_is_left_out": "El relleno se deja fuera.",
  "pool.index": "Es input{place}.",
  "pool.nothing":
    "La ventana está solo sobre el relleno: no hay ningún píxel que tomar, y NaN significa “no " +
    "es un número”.",

  "size.height": "altura",
  "size.width": "anchura",
  "size.channels": [
    "1 núcleo, así que 1 canal de salida",
    "{n} núcleos, así que {n} canales de salida",
  ],
  "size.over": ["la última ventana sale 1", "la última ventana sale {n}"],
  "size.left_row": ["sobra 1 fila (rayado rojo)", "sobran {n} filas (rayado rojo)"],
  "size.left_column": ["sobra 1 columna (rayado rojo)", "sobran {n} columnas (rayado rojo)"],
  "size.output": "Tamaño de la salida",
  "size.in_all": "relleno en total: {formula}",
  "size.rows": "relleno: {before} arriba, {after} abajo",
  "size.columns": "relleno: {before} a la izquierda, {after} a la derecha",

  "pasted.shortened":
    "Los números están abreviados con “...”: muéstrelos todos antes, con " +
    "np.set_printoptions(threshold=np.inf).",
  "pasted.no_number":
    "No hay ningún número: pegue un arreglo como lo muestra Python, o una forma como 3x3.",
  "pasted.too_deep": "Hay demasiados corchetes unos dentro de otros para un arreglo de imágenes.",
  "pasted.uneven": "Las filas no tienen la misma cantidad de números.",

  "compare.intro":
    "Ajuste la imagen, el núcleo y lo demás como en su llamada. Luego pegue su resultado, " +
    "o solo su forma.",
  "compare.field": "Su resultado",
  "compare.placeholder": "[[-11 -2]\n [ -9 -5]]   o   (2, 2)",
  "compare.find": "Averiguar por qué",
  "compare.too_long":
    "Son {letters} letras; se leen {most} como máximo. La salida de la imagen tiene {n} números.",
  "compare.no_output": "La imagen no tiene salida ahora.",
  "compare.covered": "La salida está oculta: responda antes a la pregunta de la visita.",
  "compare.pasted": [
    "Ha pegado 1 número; la salida de la imagen es {ours}.",
    "Ha pegado {n} números, como {shape}; la salida de la imagen es {ours}.",
  ],
  "compare.pasted_shape": "Ha pegado la forma {shape}; la salida de la imagen es {ours}.",
  "compare.same": "Es lo mismo que en la imagen.",
  "compare.same_shape": "Es la forma de la imagen.",
  "compare.because": "Es el resultado si:",
  "compare.show": "Mostrar",
  "compare.and": ", y ",
  "compare.or": "o {cause}",
  "compare.nothing":
    "Ninguno de los errores habituales, solo o con otro, lo da. Ponga antes arriba su imagen, " +
    "su núcleo y el tamaño de este.",
  "compare.nan": "Contiene NaN: las imágenes o los pesos pueden contener NaN o infinito.",
  "compare.agree": "{k} de {count} números coinciden.",
  "compare.differs": "{place} es distinto: el suyo es {yours}, el de la imagen es {ours}.",
  "compare.missing": "La diferencia es exactamente el producto {product} del peso {tap}: falta.",
  "compare.twice":
    "La diferencia es exactamente el producto {product} del peso {tap}: se cuenta dos veces.",
  "compare.beside":
    "La diferencia se explica por el producto {product} del peso {tap}, si se toma el " +
    "píxel de al lado, {other}.",

  "cause.flip": "el núcleo está girado 180 grados (la convolución del procesamiento de señales)",
  "cause.padding": "el relleno es “{name}”",
  "cause.no_padding": "no hay relleno (“valid”)",
  "cause.padding_1": "el relleno es 1 en cada lado",
  "cause.odd_zero": "el cero impar del relleno está en el otro lado",
  "cause.padding_swapped": "la altura y la anchura del relleno están intercambiadas",
  "cause.kernel_transposed": "las filas y las columnas del núcleo están intercambiadas",
  "cause.mirrored_rows": "el núcleo está reflejado de arriba abajo",
  "cause.mirrored_columns": "el núcleo está reflejado de izquierda a derecha",
  "cause.stride_swapped": "el paso hacia abajo y el paso a la derecha están intercambiados",
  "cause.stride": ["el paso es 1", "el paso es {n}"],
  "cause.stride_window": "el paso es el tamaño de la ventana",
  "cause.dilation_swapped": "la dilatación hacia abajo y a la derecha están intercambiadas",
  "cause.dilation": ["la dilatación es 1", "la dilatación es {n}"],
  "cause.ceil": "se guarda una última ventana que pasa de la imagen (ceil)",
  "cause.floor": "las ventanas que pasan de la imagen se dejan fuera (floor)",
  "cause.divisor": "se usa el otro divisor: con o sin el relleno",
  "cause.mode_max": "el pooling toma el máximo",
  "cause.mode_min": "el pooling toma el mínimo",
  "cause.mode_avg": "el pooling toma la media",
  "cause.mode_sum": "el pooling toma la suma",
  "cause.pad_mode": "el relleno se hace como “{name}”",

  "effect.transposed": "las filas y las columnas del resultado están intercambiadas",
  "effect.uint8": "los números se desbordan como enteros de 8 bits (0 a 255)",
  "effect.int8": "los números se desbordan como enteros de 8 bits con signo (−128 a 127)",
  "effect.clipped": "los números están limitados a 0 y 255",
  "effect.relu": "los números negativos pasaron a 0 (ReLU)",
  "effect.absolute": "se perdieron los signos menos",
  "effect.floor": "se cortaron las cifras después de la coma",
  "effect.rounded": "los números están redondeados a enteros",
  "effect.negative": "todos los signos están invertidos",
  "effect.mean_weights": "las sumas están divididas por el número de pesos ({n})",
  "effect.mean_channels": "las sumas están divididas por el número de canales ({n})",
  "effect.per_255": "los píxeles están divididos por 255",
  "effect.factor": "cada número está multiplicado por {factor}",
  "effect.bias": "se suma un sesgo: {bias}",

  "call.torch": "PyTorch usa el núcleo tal cual, y rellena con ceros.",
  "call.torch_average":
    "La media de PyTorch cuenta el relleno en el divisor, salvo con count_include_pad=False.",
  "call.torch_same": 'PyTorch rechaza padding="same" con un paso; Keras lo tiene.',
  "call.keras": "Keras usa el núcleo tal cual; el cero impar de “same” está abajo y a la derecha.",
  "call.flips": "Esta llamada gira el núcleo 180 grados, a diferencia de PyTorch, Keras y OpenCV.",
  "call.no_flip": "Esta llamada usa el núcleo tal cual.",
  "call.opencv":
    "OpenCV usa el núcleo tal cual, y rellena el margen por reflexión sin repetir el último " +
    "píxel (reflect). Allí las fotos uint8 se redondean, y se recortan a 0 y 255.",
  "call.kernel_stays":
    "El núcleo de aquí se queda: escríbalo encima de la llamada (k = np.array(...)), o pegue " +
    "también su matriz.",
  "call.unknown": "“{name}” no se conoce aquí, y se deja fuera.",
  "call.limited": "{value} es más de lo que la página dibuja: muestra {shown}.",

  "paste.summary": "Pegar código, una matriz o un enlace",
  "paste.field": "Una llamada, una matriz o un enlace",
  "paste.placeholder": "nn.Conv2d(1, 2, 3, stride=2, padding=1)\n[[1, 0], [0, -1]]",
  "paste.intro":
    "Una llamada de PyTorch, Keras, SciPy u OpenCV, con la matriz k = np.array(...) antes si " +
    "quiere; una matriz de Python o de una hoja de cálculo; un enlace a esta página. En " +
    "nn.Conv2d(1, 2, 3), 1 es el número de canales de entrada, 2 el de núcleos (canales de " +
    "salida), 3 su tamaño.",
  "paste.take": "Usar",
  "paste.take_kernel": "Usar como núcleo",
  "paste.too_large":
    "Una matriz de {rows} × {columns} es demasiado grande: aquí cada lado tiene {most} " +
    "como máximo.",
  "paste.is_input": "La entrada es ahora esta matriz de {rows} × {columns}.",
  "paste.is_kernel": "El núcleo es ahora esta matriz de {rows} × {columns}.",
  "paste.is_link": "El enlace está abierto.",
  "paste.is_call": "Los ajustes son ahora los de esta llamada: {settings}",
  "paste.keeps_weights": "La llamada no trae pesos: quedan los de aquí ({kernel}).",
  "paste.kept": "Se mantienen: {list}.",
  "paste.nothing": "No es una llamada conocida aquí, ni una matriz, ni un enlace.",
  "paste.no_matrix": "No es una matriz de números hasta 1000000.",

  "page.title": "Convolución y pooling, número por número",
  "page.what":
    "Una convolución mueve un núcleo, una pequeña matriz de pesos, sobre una imagen; en cada " +
    "posición, cada píxel se multiplica por el peso que está sobre él, y los productos se " +
    "suman. Así las redes encuentran bordes.",
  "page.sections": "Partes de la página",
  "page.settings": "Ajustes",
  "page.tour": "Visita",
  "page.code": "Código",
  "page.compare": "¿Por qué mi resultado es distinto?",
  "page.dark": "Oscuro",
  "page.examples": "Ejemplos",
  "page.present": "Pantalla completa",
  "page.leave": "Salir de pantalla completa",
  "page.skip": "Ir a la imagen",
  "page.picture": "Imagen",
  "page.photographs": "Fotografías:",
  "credit.cat": "la gata Chelsea de Stéfan van der Walt (CC0)",
  "credit.astronaut": "Eileen Collins de la NASA (dominio público)",
  "credit.coffee": "una taza de café de Rachel Michetti (CC0)",
  "page.offline": "Este archivo no necesita red y no envía nada a ninguna parte.",
  "page.language": "idioma",

  "sum.products": "píxel · peso = producto; se suma cada fila",
  "sum.products_only": "píxel · peso = producto",
  "sum.channel": "canal {channel}",
  "sum.count": ["{n} producto píxel · peso.", "{n} productos píxel · peso."],
  "sum.count_padding":
    "{n} productos píxel · peso; {padding} de ellos (punteados) están en el relleno.",
  "sum.numbers": "Los números",
  "sum.more": "… {n} más",
  "sum.bias": "sesgo: {formula}",
  "sum.rounded":
    "≈ quiere decir redondeado: se escriben cuatro decimales como mucho, y la página calcula " +
    "con todas las cifras.",

  "picture.pinned":
    "Fijada. Para soltarla: clic otra vez en la celda, clic al lado de las celdas, o Esc.",
  "picture.point":
    "Señale o toque una celda; un clic la fija, un doble clic en la entrada toma un número.",
  "picture.title": "{operation}: entrada {input}, salida {output}",
  "picture.covered": "La imagen, oculta en parte",
  "picture.label": "Entrada, núcleo y salida",

  "keys.show": "Teclas",
  "keys.title": "Teclas",
  "keys.arrows": "en la imagen: mover la ventana",
  "keys.ends": "en la imagen: primera o última posición",
  "keys.play": "en la imagen: reproducir o parar",
  "keys.pin": "en la imagen: fijar la ventana",
  "keys.walk": "en la imagen: recorrer los píxeles uno a uno; otra vez: mover la ventana",
  "keys.paint": "en la imagen: dar al píxel el valor de “pintar”",
  "keys.type": "en la imagen: el número del píxel señalado",
  "keys.jump":
    "ir a la imagen, los ajustes, la visita, el programa, “¿Por qué mi resultado es distinto?”",
  "keys.undo": "deshacer",
  "keys.present": "pantalla completa; Re Pág y Av Pág cambian de posición",
  "keys.blank": "en pantalla completa: negro, o toda la fotografía",
  "keys.list": "esta lista",

  "scatter.what": "{place} se multiplica por cada peso; los productos se suman a la salida",
  "scatter.all":
    "Los {count} productos llegan a la salida. Señale un píxel de la salida para ver su suma.",
  "scatter.some":
    "{k} de {count} productos llegan a la salida; el relleno corta el resto. Señale un " +
    "píxel de la salida para ver su suma.",
  "scatter.so_far": "La salida muestra lo escrito hasta esta posición.",

  "pixel.feeds": ["se usa en 1 salida:", "se usa en {n} salidas:"],
  "pixel.feeds_none": "no se usa en ninguna salida: ninguna ventana lo lee",
  "pixel.nothing": "nada llega a él, así que es 0",
  "pixel.framed": "Los píxeles de entrada que llegan a él tienen un marco.",

  "file.no_picture":
    "{name} no se puede leer como imagen: tome un archivo PNG, JPEG, GIF, WebP o BMP.",
  "file.reading": "Leyendo {name} …",
  "file.too_large": "{name} tiene {size} MB: tome un archivo de {most} MB como máximo.",
  "file.too_many": "{name} tiene {size} megapíxeles: tome una imagen de {most} como máximo.",
  "file.choose": "Elegir o soltar un archivo",

  "paint.value": "valor para pintar",
  "paint.with": "con",

  "player.play": "▶ Reproducir",
  "player.rewind": "◀ Hacia atrás",
  "player.pause": "❚❚ Parar",
  "player.of": "{k} de {count}",
  "player.label": "Posiciones de la ventana",
  "player.first": "Primera posición",
  "player.back": "Una posición atrás",
  "player.next": "Una posición adelante",
  "player.last": "Última posición",
  "player.slow": "lento",
  "player.normal": "medio",
  "player.fast": "rápido",
  "player.pin": "Fijar",
  "player.step": "Posición",
  "player.speed": "Velocidad",

  "comment.channels": "canales primero",
  "comment.surplus": "sin ventanas de solo relleno",
  "comment.taps": "los píxeles que cuentan",
  "comment.unreached": "lo que nada alcanza vale 0",
  "comment.between": "entre los píxeles",
  "comment.left_out": "se omite",
  "comment.cut": "con lo que recorta el relleno",
  "comment.declared": "píxeles y relleno en la ventana",
  "comment.own": "sus propios números, por ejemplo {call}",
  "comment.bias": "sesgo",
  "comment.now": "ahora:",
  "comment.each_kernel": "cada núcleo",
  "comment.each_channel": "cada canal",
  "comment.group": "el primer canal del grupo de este núcleo",
  "code.covered": "Oculto hasta que responda: dice el tamaño.",
  "code.select": "seleccione el texto para copiarlo",
  "code.copied": "copiado",
  "code.copy": "Copiar",
  "code.library": "Biblioteca",
  "code.loops": "Bucles",
  "code.of": "programa {name}",
  "code.torch_symmetric":
    "El pad de PyTorch no tiene modo symmetric: use antes np.pad y luego convolucione con " +
    "padding=0.",
  "code.torch_dilation": "El average pooling de PyTorch no tiene dilatación.",
  "code.keras_both": "Keras rechaza un paso y una dilatación en una misma convolución.",
  "code.keras_mode":
    "El pad de Keras no tiene un modo como “{mode}”: use antes np.pad y luego convolucione " +
    'con padding="valid".',
  "code.keras_pool_dilation": "El pooling de Keras no tiene dilatación.",
  "code.keras_average":
    "El average pooling de Keras solo conoce “valid” y “same”, y nunca cuenta el relleno.",
  "code.keras_sum":
    "Keras no tiene pooling por suma: tome la media con “valid” y multiplique por el " +
    "número de píxeles de una ventana.",
  "code.keras_groups": "La convolución transpuesta de Keras no tiene grupos.",
  "code.keras_transposed_both":
    "Keras rechaza un paso y una dilatación en una misma convolución transpuesta.",
  "code.keras_sized":
    "Keras calcula de otro modo el tamaño de una convolución transpuesta si la ventana es " +
    "menor que el paso o si la salida tiene relleno.",
  "code.onnx_sum":
    "ONNX no tiene pooling por suma: AveragePool con count_include_pad=1, por el número de " +
    "píxeles de una ventana.",
  "code.onnx_pool_padding": "El pooling de ONNX quiere menos relleno que el ancho de una ventana.",
  "code.onnx_extra": "La referencia de ONNX solo acepta output padding menor que el paso.",
  "code.onnx_pad": "En ONNX, un Pad ({mode}) va antes de un Conv sin pads.",
  "code.onnx_symmetric": "que no tiene modo symmetric: rellene antes",
  "code.title": "Lo mismo en un programa",

  "problem.cropped": "En la {name}, el relleno lo corta todo: use menos relleno o un núcleo mayor.",
  "problem.extra":
    "El output padding {extra} debe ser menor que el paso o la dilatación: use un paso mayor.",
  "problem.window":
    "En la {name}, una ventana de {span} no cabe en {room} píxeles con relleno: use una " +
    "ventana menor o más relleno.",

  "link.ignored":
    "En el enlace, estas palabras no tienen sentido aquí y se dejaron fuera: {names}.",
  "link.too_long": "todas las {letters} letras ({most} como máximo)",

  "planes.front": "canal de entrada delante",
  "planes.n": "canal de salida",

  "tables.channel": "{name}, canal {channel}",
  "tables.input": "entrada",
  "tables.padded": "+ relleno",
  "tables.strided": ", paso de {s}",
  "tables.spread": "entrada con ceros insertados",
  "tables.output": "salida",
  "tables.kernel": "núcleo",
  "tables.kernel_n": "núcleo {n}",
  "tables.flipped": ", girado",
  "tables.title": "Los números en tablas",
};
