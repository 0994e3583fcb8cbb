// The page's sentences in Spanish; keys are those of words_en.js.
const WORDS_ES = {
  "legend.signed": "naranja: mayor que 0, azul: menor que 0",
  "legend.grey": "negro: 0, blanco: {white}",
  "legend.colour": "tres canales como color, de 0 a {white}; números: canal {front}",
  "legend.input": "entrada",
  "legend.output": "salida",
  "legend.padding": "rayado gris: relleno (padding)",
  "legend.cropped": "rayado gris: cortado por el relleno",
  "legend.left": "rayado rojo: sobra, ninguna ventana entera llega hasta allí",
  "legend.window": "marco: la ventana, y el píxel que le corresponde",

  "preset.size": "“{name}” es un núcleo de 3 × 3: el tamaño del núcleo es ahora 3 × 3.",
  "preset.own":
    "“{name}” no existe en este tamaño: sus pesos son ahora los suyos, con 0 en los " +
    "lugares nuevos.",

  "share.copied": "enlace copiado",
  "share.copied_file":
    "enlace copiado: se abre en cualquier copia de esta página, si se pega en la dirección " +
    "o en “Pegar”",
  "share.in_address": "el enlace está en la barra de direcciones",
  "share.started_over": "Todo empieza de nuevo. “Deshacer” devuelve lo que había.",
  "share.frame": "Copiar iframe",
  "share.frame_copied": "iframe copiado",
  "share.saved": "{name} guardado",
  "share.link": "Copiar enlace",
  "share.svg": "Guardar SVG",
  "share.png": "Guardar PNG",
  "share.undo": "Deshacer",
  "share.reset": "Empezar de nuevo",
  "share.label": "Para llevar",

  "tour.intro":
    "Nueve preguntas: vea un ejemplo, prediga el siguiente y mire. Después podrá explicar " +
    "la convolución y el pooling a cualquiera. Puede cambiar los ajustes en todo momento.",
  "tour.start": "Empezar la visita",
  "tour.only_test": "Solo la prueba",
  "tour.elsewhere": "La visita está junto a la imagen.",
  "tour.heading": "{k} de {count}: {title}",
  "tour.example": "Ejemplo:",
  "tour.now_you": "Ahora usted",
  "tour.next": "Pregunta siguiente",
  "tour.to_test": "A la prueba",
  "tour.back": "Volver",
  "tour.end": "Terminar la visita",
  "tour.example_again": "Ver otra vez el ejemplo",
  "tour.check": "Comprobar",
  "tour.show_me": "Mostrar la respuesta",
  "tour.write_sizes": "Escriba los tamaños como 3x4.",
  "tour.write_number": "Escriba un número.",
  "tour.right": "Correcto: {right}.",
  "tour.wrong": "Es {right}; su respuesta fue {entered}.",
  "tour.it_is": "Es {right}.",
  "tour.changed":
    "La imagen había cambiado. Ahora es otra vez la de la pregunta: mírela y compruebe.",
  "tour.covered": "Oculto hasta que responda.",
  "tour.title": "Visita: nueve preguntas que se responden mirando",
  "tour.1.title": "¿Qué es una convolución?",
  "tour.1.before":
    "Una pequeña cuadrícula de pesos está sobre la imagen. Cada píxel debajo de ella se " +
    "multiplica por el peso que tiene encima, y los productos se suman. Esta suma es un " +
    "píxel de la salida. Luego la cuadrícula avanza.",
  "tour.1.ask": "La ventana avanza un píxel a la derecha. ¿Qué número será output[0, 1]?",
  "tour.1.after":
    "Las tres columnas de pesos son 1, 0 y −1: los píxeles de la izquierda se suman y los " +
    "de la derecha se restan. El aprendizaje profundo usa el núcleo tal cual; el " +
    "procesamiento de señales lo gira antes 180 grados (el ajuste “voltear”).",
  "tour.2.title": "¿Qué es un núcleo (kernel)?",
  "tour.2.before":
    "La cuadrícula de pesos se llama núcleo, o filtro. Sus números deciden qué encuentra " +
    "la convolución: bordes, desenfoque, detalles nítidos. Este tiene un solo 1, arriba a " +
    "la izquierda.",
  "tour.2.ask": "¿Qué número será output[2, 3]?",
  "tour.2.after":
    "Solo cuenta el píxel debajo del 1: es input[1, 2]. Así que toda la imagen se mueve un " +
    "píxel hacia abajo y uno a la derecha. Cada núcleo es una suma de tales movimientos, " +
    "cada uno por un peso.",
  "tour.3.title": "¿Qué es el relleno (padding)?",
  "tour.3.before":
    "Una ventana debe estar sobre números. Sin relleno, su centro no puede estar en el " +
    "borde, y la salida es más pequeña que la entrada. El relleno añade un borde alrededor " +
    "de la imagen, casi siempre de ceros (rayado gris).",
  "tour.3.ask":
    "Ahora una fila de ceros arriba y abajo, y dos columnas a la izquierda y a la derecha. " +
    "¿Qué tamaño tendrá la salida, como 3x4?",
  "tour.3.after":
    "Para cada eje: los píxeles y el relleno de ambos lados, menos la ventana, más uno. " +
    "Los ceros del relleno se multiplican y se suman como píxeles.",
  "tour.4.title": "¿Qué es “valid” y qué es “same”?",
  "tour.4.before":
    "“valid” no añade nada: cada ventana está sobre píxeles reales. “same” añade tantos " +
    "ceros que la salida es tan grande como la entrada (con paso 1).",
  "tour.4.example":
    "Con una ventana de 3 × 3, “same” añade una fila o columna en cada lado. “valid” daría " +
    "3 × 3.",
  "tour.4.ask": "Una ventana de 4 × 3 con “same” sobre 5 × 5. ¿Qué tamaño tendrá la salida?",
  "tour.4.after":
    "La altura necesita 3 ceros en total, un número impar: un lado recibe uno más. Qué " +
    "lado es una convención, y también lo que “same” significa con pasos mayores. Cada una " +
    "tiene un nombre en la lista de rellenos.",
  "tour.5.title": "¿Qué es el paso (stride)?",
  "tour.5.before":
    "El paso es cuánto avanza la ventana. Con paso 2 salta una de cada dos posiciones, y " +
    "la salida tiene más o menos la mitad de filas y columnas.",
  "tour.5.ask": "Una ventana de 3 × 3 con paso 2 sobre 6 × 9, sin relleno. ¿Qué tamaño?",
  "tour.5.after":
    "La división se redondea hacia abajo (floor). Los píxeles a los que ninguna ventana " +
    "entera llega sobran: el rayado rojo los marca.",
  "tour.6.title": "¿Qué son los canales?",
  "tour.6.before":
    "Una imagen en color tiene tres números por píxel: tres planos, llamados canales. Un " +
    "núcleo tiene un plano de pesos para cada canal. Todos los productos, de todos los " +
    "canales, entran en una sola suma. Así, un núcleo da un plano de salida.",
  "tour.6.example":
    "Dos canales de entrada, un núcleo: la salida tiene un canal. Los canales no comparten " +
    "sus pesos: mire la suma de cada canal junto a la imagen.",
  "tour.6.ask":
    "Tres canales de entrada, dos núcleos de 2 × 2 × 3. ¿Qué forma tendrá la salida, como 3x3x1?",
  "tour.6.after":
    "Un canal de salida por núcleo. Con grupos, un núcleo ve solo una parte de los " +
    "canales. Con tantos grupos como canales ve uno: se llama “depthwise”.",
  "tour.7.title": "¿Cómo se hace una convolución sobre una imagen?",
  "tour.7.before":
    "Dos bucles, sobre las filas y las columnas de la salida. En cada posición: cortar la " +
    "ventana, multiplicar, sumar. Pulse “Reproducir” para verlo. El programa de abajo " +
    "marca la línea actual.",
  "tour.7.ask": "Ahora una ventana en el borde: ¿qué número será output[0, 2]?",
  "tour.7.after":
    "Los ceros del relleno no añaden nada: aquí solo cuentan dos filas de la ventana.",
  "tour.8.title": "¿Qué es el max pooling? ¿Y el average pooling?",
  "tour.8.before":
    "El pooling tiene ventanas pero no pesos. El max pooling guarda el mayor píxel de cada " +
    "ventana, el average pooling su media. Cada canal va por separado. Normalmente las " +
    "ventanas no se solapan.",
  "tour.8.example": "Esto era la media. El max pooling guarda el mayor de los cuatro píxeles.",
  "tour.8.ask": "Max pooling con ventanas de 2 × 2: ¿qué número será output[1, 1]?",
  "tour.8.after":
    "El mayor píxel de la ventana. Su lugar en la ventana no importa: así una red es menos " +
    "sensible a pequeños movimientos. Elija “media” en los ajustes para comparar.",
  "tour.9.title": "¿Cómo se hace el pooling sobre una imagen?",
  "tour.9.before":
    "Los mismos dos bucles: una ventana, un número, y luego un paso. Lo que no llena una " +
    "ventana se deja.",
  "tour.9.ask": "Max pooling, 2 × 2, paso 2, sobre 5 × 7. ¿Qué tamaño?",
  "tour.9.after":
    "Otra vez redondeado hacia abajo: sobran la última fila y la última columna (rayado " +
    "rojo). Con “ceil”, PyTorch y ONNX pueden guardar una última ventana que sale de la " +
    "imagen.",

  "test.number": "¿Qué número será el píxel marcado de la salida?",
  "test.size": "¿Qué tamaño tendrá la salida, como 3x4?",
  "test.shape": "¿Qué forma tendrá la salida, como 3x3x1?",
  "test.heading": "Prueba, pregunta {k} de {count}: {title}",
  "test.next": "Pregunta siguiente",
  "test.result": "Ver el resultado",
  "test.end": "Terminar la prueba",
  "test.again": "Otra vez, con otros números",
  "test.done": "Listo",
  "test.score": "{k} de {count} correctas",
  "test.missed": "Mire otra vez:",
  "test.all_right": "Puede explicar las nueve a cualquiera.",
  "test.image": "Una imagen de {h} × {w}",
  "test.image_channels": "Una imagen de {h} × {w} con {c} canales",
  "test.pool_max": "max pooling con ventanas de {kh} × {kw}",
  "test.pool_avg": "average pooling con ventanas de {kh} × {kw}",
  "test.kernels": ["un núcleo de {kh} × {kw}", "{nc} núcleos de {kh} × {kw}"],
  "test.by_hand":
    "relleno {top} arriba, {bottom} abajo, {left} a la izquierda, {right} a la derecha",
  "test.padding": "relleno “{padding}”",
  "test.stride": "paso {sh} hacia abajo y {sw} a la derecha",

  "pool.max": ["El mayor de {n} píxel.", "El mayor de {n} píxeles."],
  "pool.min": ["El menor de {n} píxel.", "El menor de {n} píxeles."],
  "pool.avg": [
    "La media de {n} píxel: la suma, dividida por {divisor}.",
    "La media de {n} píxeles: su suma, dividida por {divisor}.",
  ],
  "pool.sum": ["La suma de {n} píxel.", "La suma de {n} píxeles."],
  "pool.first_of_equals": "{n} son iguales: se toma el primero.",
  "pool.padding_never_wins": "El relleno nunca se toma.",
  "pool.padding_counts": "El divisor cuenta también el relleno.",
  "pool.padding_is_left_out": "El relleno se deja fuera.",
  "pool.index": "Es input{place}: índice {index} de la imagen aplanada.",

  "size.height": "altura",
  "size.width": "anchura",
  "size.channels": [
    "; 1 núcleo, así que 1 canal de salida",
    "; {n} núcleos, así que {n} canales de salida",
  ],
  "size.over": ["la última ventana sale 1", "la última ventana sale {n}"],
  "size.left_row": ["sobra 1 fila (rayado rojo)", "sobran {n} filas (rayado rojo)"],
  "size.left_column": ["sobra 1 columna (rayado rojo)", "sobran {n} columnas (rayado rojo)"],
  "size.output": "Tamaño de la salida",
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
  "compare.nothing":
    "Ningún ajuste, ni dos ajustes juntos, lo da. Ponga antes su imagen y su núcleo arriba.",
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
  "cause.padding_1": "el relleno es 1 en cada lado",
  "cause.odd_zero": "el cero impar del relleno está en el otro lado",
  "cause.padding_swapped": "la altura y la anchura del relleno están intercambiadas",
  "cause.kernel_transposed": "las filas y las columnas del núcleo están intercambiadas",
  "cause.stride_swapped": "el paso hacia abajo y el paso a la derecha están intercambiados",
  "cause.stride": ["el paso es 1", "el paso es {n}"],
  "cause.stride_window": "el paso es el tamaño de la ventana",
  "cause.dilation_swapped": "la dilatación hacia abajo y a la derecha están intercambiadas",
  "cause.dilation": ["la dilatación es 1", "la dilatación es {n}"],
  "cause.ceil": "floor y ceil están intercambiados en el tamaño de la salida",
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

  "weights.kernel": "núcleo {n}",
  "weights.channel": "canal {plane}",
  "weights.named": "Pesos ({parts}): {name}",
  "weights.only": "Pesos: {name}",
  "weights.field": "peso, fila {u}, columna {v}",

  "call.torch": "PyTorch usa el núcleo tal cual, y rellena con ceros.",
  "call.torch_average":
    "La media de PyTorch cuenta el relleno en el divisor, salvo con count_include_pad=False.",
  "call.keras": "Keras usa el núcleo tal cual; el cero impar de “same” está abajo y a la derecha.",
  "call.flips": "Esta llamada gira el núcleo 180 grados, a diferencia de PyTorch, Keras y OpenCV.",
  "call.no_flip": "Esta llamada usa el núcleo tal cual.",
  "call.opencv":
    "OpenCV usa el núcleo tal cual, y rellena el borde por reflexión sin repetir el último " +
    "píxel (reflect).",
  "call.unknown": "“{name}” no se conoce aquí, y se deja fuera.",
  "call.limited": "{value} es más de lo que la página dibuja: muestra {shown}.",

  "paste.summary": "Pegar una llamada, una matriz o un enlace",
  "paste.field": "Una llamada, una matriz o un enlace",
  "paste.placeholder": "nn.Conv2d(1, 2, 3, stride=2, padding=1)\n[[1, 0], [0, -1]]",
  "paste.intro":
    "Una llamada de PyTorch, Keras, SciPy u OpenCV; una matriz de Python o de una hoja de " +
    "cálculo; un enlace a esta página.",
  "paste.take": "Usar",
  "paste.take_kernel": "Usar como núcleo",
  "paste.too_large":
    "Una matriz de {rows} × {columns} es demasiado grande: aquí cada lado tiene {most} " +
    "como máximo.",
  "paste.is_input": "La entrada es ahora esta matriz de {rows} × {columns}.",
  "paste.is_kernel": "El núcleo es ahora esta matriz de {rows} × {columns}.",
  "paste.is_link": "El enlace está abierto.",
  "paste.is_call": "Los ajustes son ahora los de esta llamada.",
  "paste.nothing": "No es una llamada conocida aquí, ni una matriz, ni un enlace.",
  "paste.no_matrix": "No es una matriz de números hasta 1000000.",

  "number.pixel": "Un píxel acepta un número de −{most} a {most}, como 7, −0,5 o 1/9.",
  "number.weight": "Un peso acepta un número de −{most} a {most}, como 7, −0,5 o 1/9.",
  "number.setting": "{name}: números enteros de {least} a {most}.",

  "page.title": "Convolución y pooling, número por número",
  "page.what":
    "Una convolución mueve una pequeña cuadrícula de pesos sobre una imagen; en cada " +
    "lugar, los píxeles se multiplican por los pesos y se suman.",
  "page.sections": "Partes de la página",
  "page.settings": "Ajustes",
  "page.tour": "Visita",
  "page.code": "Programa",
  "page.compare": "¿Por qué mi resultado es distinto?",
  "page.dark": "Oscuro",
  "page.examples": "Ejemplos",
  "page.present": "Pantalla completa",
  "page.skip": "Ir a la imagen",
  "page.picture": "Imagen",
  "page.photographs": "Fotografías:",
  "page.offline": "Este archivo no necesita red y no envía nada a ninguna parte.",
  "page.language": "idioma",

  "example.blur": "Desenfocar una foto",
  "example.edges": "Encontrar bordes",
  "example.pad": "Añadir relleno",
  "example.stride": "Usar un paso",
  "example.channels": "Tres canales",
  "example.pool": "Pooling (máximo)",

  "level.label": "Cantidad de ajustes",
  "level.basic": "Básico",
  "level.all": "Todos los ajustes",
  "level.close": "Cerrar",

  "sum.products": "píxel · peso = producto; se suma cada fila",
  "sum.channel": "canal {channel}",
  "sum.count": ["{n} producto píxel · peso.", "{n} productos píxel · peso."],
  "sum.count_padding":
    "{n} productos píxel · peso; {padding} de ellos (punteados) están en el relleno.",
  "sum.numbers": "Los números",
  "sum.bias": "sesgo",

  "picture.point": "Señale o toque una celda; un clic la fija.",
  "picture.title": "{operation}: entrada {input}, salida {output}",
  "picture.covered": "La imagen, oculta en parte",
  "picture.label": "Entrada, núcleo y salida",

  "keys.show": "Teclas",
  "keys.title": "Teclas",
  "keys.arrows": "en la imagen: mover la ventana",
  "keys.ends": "en la imagen: primer o último paso",
  "keys.play": "en la imagen: reproducir o parar",
  "keys.pin": "en la imagen: fijar la ventana",
  "keys.walk": "en la imagen: recorrer los píxeles uno a uno; otra vez: mover la ventana",
  "keys.paint": "en la imagen: dar al píxel el valor de “pintar”",
  "keys.jump":
    "ir a la imagen, los ajustes, la visita, el programa, “¿Por qué mi resultado es distinto?”",
  "keys.undo": "deshacer",
  "keys.present": "pantalla completa; Re Pág y Av Pág dan un paso",
  "keys.list": "esta lista",

  "choice.symmetric": "simétrico (symmetric)",
  "choice.reflect": "reflejo (reflect)",
  "choice.edge": "borde repetido (edge)",
  "choice.wrap": "periódico (wrap)",
  "choice.zeros": "ceros",
  "choice.constant": "constante",
  "choice.valid": "valid (ninguno)",
  "choice.full": "full (completo)",
  "choice.by hand": "a mano",
  "choice.sum": "suma",
  "choice.shift": "mover un píxel",
  "choice.identity": "identidad",
  "choice.convolve": "convolución",
  "choice.pool": "pooling",
  "choice.transpose": "convolución transpuesta",
  "choice.numbers": "números pequeños",
  "choice.digit": "cifra dibujada",
  "choice.stripes": "rayas",
  "choice.cat": "gato (foto)",
  "choice.astronaut": "astronauta (foto)",
  "choice.coffee": "café (foto)",
  "choice.photo": "su foto",
  "choice.own": "propio",
  "choice.edges": "bordes verticales",
  "choice.sobel": "Sobel",
  "choice.sharpen": "enfocar",
  "choice.blur": "desenfocar",
  "choice.average": "suma de la ventana",
  "choice.emboss": "relieve",
  "choice.laplacian": "laplaciano",
  "choice.same_lower": "same_lower (cero impar antes)",
  "choice.same": "same (ceil(n / s))",
  "choice.same_size": "same_size (el del curso)",
  "choice.avg": "media",
  "choice.max": "máximo",
  "choice.min": "mínimo",
  "choice.auto": "las fotos en gris o en color",
  "choice.picture": "de negro a blanco",
  "choice.signed": "naranja mayor que 0, azul menor",

  "group.operation": "Operación",
  "group.input": "Entrada",
  "group.kernel": "Núcleo",
  "group.padding": "Relleno",
  "group.steps": "Pasos",

  "field.op": "operación",
  "field.mode": "pooling",
  "field.source": "imagen",
  "field.size": "alto, ancho",
  "field.c": "canales",
  "field.kernel": "modelo",
  "field.window": "ventana",
  "field.kernel_size": "tamaño",
  "field.channels_in": "canales de entrada",
  "field.nc": "núcleos",
  "field.channels_out": "canales de salida",
  "field.groups": "grupos",
  "field.flip": "voltear",
  "field.padding": "padding",
  "field.top_bottom": "arriba, abajo",
  "field.left_right": "izquierda, derecha",
  "field.padMode": "relleno con",
  "field.fill": "constante",
  "field.countPadding": "dividir por",
  "field.stride": "paso",
  "field.dilation": "dilatación",
  "field.ceil": "última ventana",
  "field.extra": "output padding",
  "field.soFar": "salida",
  "field.shades": "aspecto",
  "field.own_picture": "su imagen",
  "field.paint": "pintar",
  "field.bias": "sesgo",
  "field.relu": "ReLU",

  "aria.op": "operación",
  "aria.mode": "pooling",
  "aria.source": "imagen",
  "aria.h": "alto",
  "aria.w": "ancho",
  "aria.c": "canales",
  "aria.kernel": "modelo de núcleo",
  "aria.kh": "alto de la ventana",
  "aria.kw": "ancho de la ventana",
  "aria.nc": "núcleos",
  "aria.sh": "paso hacia abajo",
  "aria.sw": "paso a la derecha",
  "aria.dh": "dilatación hacia abajo",
  "aria.dw": "dilatación a la derecha",
  "aria.padMode": "relleno con",
  "aria.fill": "constante",
  "aria.top": "relleno arriba",
  "aria.bottom": "relleno abajo",
  "aria.left": "relleno a la izquierda",
  "aria.right": "relleno a la derecha",
  "aria.extra": "output padding",
  "aria.shades": "aspecto de los números",
  "aria.groups": "grupos",
  "aria.padding": "relleno",
  "aria.bias": "sesgo",

  "switch.flip": "girar 180 grados (procesamiento de señales)",
  "switch.ceil": "guardar la que sale (ceil)",
  "switch.countPadding": "píxeles y relleno",
  "switch.soFar": "solo lo hecho hasta ahora",
  "switch.relu": "los negativos pasan a 0",

  "groups.dense": "1 (denso)",
  "groups.depthwise": "{count} (depthwise)",
  "groups.none": "Los grupos dividen los canales y los núcleos: ponga antes los dos a 2 o más.",

  "scatter.what": "{place} se multiplica por cada peso; los productos se suman a la salida",
  "scatter.all":
    "Los {count} productos llegan a la salida. Señale un píxel de la salida para ver su suma.",
  "scatter.some":
    "{k} de {count} productos llegan a la salida; el relleno corta el resto. Señale un " +
    "píxel de la salida para ver su suma.",

  "pixel.feeds": ["se usa en 1 salida: {places}", "se usa en {n} salidas: {places}"],
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
  "player.label": "Pasos de la ventana",
  "player.first": "Primer paso",
  "player.back": "Un paso atrás",
  "player.next": "Un paso adelante",
  "player.last": "Último paso",
  "player.slow": "lento",
  "player.normal": "medio",
  "player.fast": "rápido",
  "player.pin": "Fijar",
  "player.step": "Paso",
  "player.speed": "Velocidad",

  "code.covered": "Oculto hasta que responda: dice el tamaño.",
  "code.select": "seleccione el texto para copiarlo",
  "code.copied": "copiado",
  "code.copy": "Copiar",
  "code.library": "Biblioteca",
  "code.loops": "Dos bucles",
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
    "pesos.",
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
  "tables.output": "salida",
  "tables.kernel": "núcleo",
  "tables.kernel_n": "núcleo {n}",
  "tables.flipped": ", girado",
  "tables.title": "Los números en tablas",

  "counts.weights": [
    "Pesos: {product} = {weights} (+ 1 sesgo).",
    "Pesos: {product} = {weights} (+ {n} sesgos).",
  ],
  "counts.products":
    "Multiplicaciones: {weights} · {positions} posiciones = {products}. Una capa densa " +
    "entre todas las entradas y salidas tendría {dense} pesos.",

  "transposed.choice":
    "{axis}: una convolución con este paso da {count} salidas para cada tamaño de {least} " +
    "a {greatest}; el output padding elige {size}.",
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
  "calculator.k": "ventana k",
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
  "calculator.backwards": "Al revés: ¿qué ventana, paso y relleno dan este tamaño?",
  "calculator.size": "entrada",
  "calculator.o": "salida",
  "calculator.ways": [
    "Una manera de ir de {size} a {o}, con el mismo relleno en ambos lados:",
    "{n} maneras de ir de {size} a {o}, con el mismo relleno en ambos lados:",
  ],
  "calculator.no_way": "Ninguna ventana hasta 11 con un paso hasta 11 hace {o} de {n}.",
  "calculator.way": "ventana {k}, paso {s}, relleno {p}",

  "photo.title": "Toda la fotografía",
  "photo.hint":
    "Lo mismo para cada canal. Un clic lleva los píxeles de alrededor a la imagen de arriba.",
  "photo.input": "la fotografía",
  "photo.output": "la fotografía filtrada",
};
