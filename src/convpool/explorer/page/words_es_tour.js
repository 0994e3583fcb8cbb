// The page's sentences in Spanish: the tour, its questions, the examples and the glossary.
Object.assign(WORDS_ES, {
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
  "tour.write_sizes": "Escriba los tamaños con × o x entre ellos, como 12x34.",
  "tour.how_size": "Primero la altura (filas), luego la anchura (columnas), como 12x34.",
  "tour.how_shape": "Altura, anchura y canales, en este orden, como 12x34x5.",
  "tour.write_number": "Escriba un número.",
  "tour.right": "Correcto: {right}.",
  "tour.once_more": "{entered} no es correcto. Pruebe otra vez, o “Mostrar la respuesta”.",
  "tour.would_be": "{entered} es la respuesta si {cause}.",
  "tour.swapped":
    "La altura y la anchura están intercambiadas: la altura (filas) va primero. Pruebe otra vez.",
  "tour.it_is": "Es {right}.",
  "tour.changed":
    "La imagen había cambiado. Ahora es otra vez la de la pregunta: mírela y compruebe.",
  "tour.other_picture": "Ha cambiado la imagen. Este texto habla de la imagen de antes.",
  "tour.elsewhere_than":
    "La pregunta es sobre output[{place}]: la ventana se ha movido a otra posición.",
  "tour.put_back": "Volver a la imagen",
  "tour.one_more": "Después: {title}",
  "tour.optional": "Opcional: {title}",
  "tour.covered": "Oculto hasta que responda.",
  "tour.letters": "out: las salidas, n: los píxeles, s: el paso",
  "tour.title": "Visita: nueve preguntas que se responden mirando",
  "tour.1.title": "¿Qué es una convolución?",
  "tour.1.short":
    "El núcleo está sobre la imagen; los píxeles por los pesos, sumados, son un número de la " +
    "salida; luego la ventana avanza.",
  "tour.1.before":
    "Un núcleo, una pequeña matriz de pesos, está sobre la imagen. Los píxeles debajo de él se " +
    "llaman la ventana. Cada píxel de la ventana se multiplica por el peso que tiene encima, y " +
    "los productos se suman. Esta suma es un píxel de la salida. Luego la ventana avanza.",
  "tour.1.example":
    "Las filas y las columnas se cuentan desde 0: output[0, 0] está en la esquina superior " +
    "izquierda, output[0, 1] a su derecha. En el código, “output” es la salida e “input” la " +
    "entrada.",
  "tour.1.ask": "La ventana avanza un píxel a la derecha. ¿Qué número será output[0, 1]?",
  "tour.1.hint": "Sume la columna izquierda de la nueva ventana y reste su columna derecha.",
  "tour.1.after":
    "Los píxeles de la izquierda se suman, los de la derecha se restan. Con el núcleo tal " +
    "cual, esta suma se llama en rigor correlación cruzada; el aprendizaje profundo dice " +
    "convolución de todos modos. El procesamiento de señales gira antes el núcleo 180 grados " +
    "(“voltear”).",
  "tour.1.try": "Girar el núcleo (voltear)",
  "tour.1.tried":
    "Ahora la imagen tiene otro núcleo, en el que cada peso tiene su propio número, para ver " +
    "adónde va. Girado 180 grados, está sobre la ventana:",
  "tour.2.title": "¿Qué es un núcleo (kernel)?",
  "tour.2.short":
    "Una pequeña matriz de pesos, llamada también filtro. Deciden qué se encuentra: −1, 0, 1 " +
    "un borde, pesos iguales un desenfoque. En una red se aprenden.",
  "tour.2.before":
    "La matriz de pesos se llama núcleo, o filtro. Sus pesos deciden qué hace la convolución: " +
    "encontrar bordes, desenfocar o resaltar detalles. Este tiene −1 en su fila de arriba y " +
    "1 en la de abajo.",
  "tour.2.example":
    "Aquí la fila de arriba y la de abajo de la ventana tienen los mismos píxeles: se anulan, " +
    "y la suma es 0. (Los tamaños dicen primero la altura: 5 × 4 son 5 filas y 4 columnas.)",
  "tour.2.ask": "¿Qué número será output[1, 1]?",
  "tour.2.hint":
    "La ventana empieza (esquina superior izquierda) en input[1, 1]: reste los tres píxeles de " +
    "su fila de arriba de los de la fila de abajo.",
  "tour.2.after":
    "La suma está lejos de 0 donde los píxeles de abajo difieren de los de arriba: en un " +
    "borde horizontal. El núcleo de la pregunta 1 encontraba bordes verticales. Nueve " +
    "pesos de 1/9 darían la media de la ventana: un desenfoque. Estos pesos se eligieron a " +
    "mano. Los de una red se aprenden: es entrenada con muchos ejemplos (“Leer dígitos” " +
    "muestra una).",
  "tour.3.title": "¿Qué es el relleno (padding)?",
  "tour.3.short":
    "Píxeles añadidos alrededor de la imagen, casi siempre ceros, para que las ventanas puedan " +
    "pasar de su margen: n + antes + después − k + 1 salidas.",
  "tour.3.before":
    "Una ventana debe estar sobre números. Sin relleno, el centro de la ventana no puede estar " +
    "en el margen, y la salida es más pequeña que la entrada. El relleno añade un margen " +
    "alrededor de la imagen, casi siempre de ceros (rayado gris).",
  "tour.3.example":
    "La altura en palabras: con los ceros hay 5 + 1 + 1 = 7 filas. En ellas, un núcleo de 3 " +
    "filas puede avanzar 7 − 3 = 4 filas; se suma 1 por su primera posición: 5 salidas. La " +
    "anchura se calcula igual.",
  "tour.3.ask":
    "Ahora una fila de ceros arriba y abajo, y dos columnas a la izquierda y a la derecha. " +
    "¿Qué tamaño tendrá la salida?",
  "tour.3.hint":
    "En cada eje, sume a los píxeles el relleno de ambos lados, cada uno una vez; luego reste " +
    "el núcleo y sume 1.",
  "tour.3.after":
    "Para cada eje: los píxeles y el relleno de ambos lados, menos el núcleo, más uno (por la " +
    "primera posición). Los ceros se multiplican y se suman como píxeles: una foto desenfocada " +
    "con ceros tiene un margen oscuro, y un núcleo que encuentra bordes encuentra uno allí.",
  "tour.3.try": "Desenfocar una foto con ceros",
  "tour.3.tried":
    "La foto del gato, reducida a 24 × 24 píxeles. Los pesos, dieciseisavos, suman 1: una " +
    "media ponderada. En el margen es más oscura, porque allí las ventanas pasan sobre píxeles " +
    "negros (0).",
  "tour.4.title": "¿Qué es “valid” y qué es “same”?",
  "tour.4.short":
    "“valid” no añade nada: n − k + 1 salidas. “same” añade k − 1 ceros en cada eje (paso 1): n " +
    "salidas.",
  "tour.4.before":
    "“valid” no añade nada: cada ventana está sobre píxeles reales. “same” añade tantos ceros " +
    "que la salida es tan grande como la entrada, mientras la ventana avance de píxel en píxel " +
    "(la pregunta 5 muestra otros pasos).",
  "tour.4.example":
    "“valid” daría 3 × 3: un núcleo de 3 × 3 quita 3 − 1 = 2 filas y 2 columnas. “same” vuelve a " +
    "añadir esas 2 filas, una arriba y una abajo, y esas 2 columnas, una a la izquierda y una a " +
    "la derecha.",
  "tour.4.ask": "Un núcleo de 4 × 3 con “same” sobre 5 × 6. ¿Qué tamaño tendrá la salida?",
  "tour.4.hint": "“same” añade lo que el núcleo quita, sea cual sea su tamaño.",
  "tour.4.after":
    "Otra vez tan grande como la entrada. La altura necesita 4 − 1 = 3 filas de ceros en " +
    "total, un número impar: un lado recibe una más. “same”, como en las bibliotecas PyTorch y " +
    "Keras, la pone abajo y a la derecha; “same_lower”, como en ONNX, arriba y a la izquierda.",
  "tour.5.title": "¿Qué es el paso (stride)?",
  "tour.5.short":
    "Cuánto avanza la ventana en cada posición: floor((n + antes + después − k) / s) + 1 " +
    "salidas. “same” da out = ceil(n / s), con max(0, (out − 1)·s + k − n) ceros.",
  "tour.5.before":
    "El paso es cuánto avanza la ventana. Con paso 2 salta una de cada dos posiciones, y " +
    "la salida tiene más o menos la mitad de filas y columnas.",
  "tour.5.example":
    "La ventana puede avanzar 5 − 3 = 2 filas. Esto se divide por el paso, y se suma 1 por la " +
    "primera posición. “floor” quiere decir redondeado hacia abajo. Pulse “Reproducir”: " +
    "la ventana salta.",
  "tour.5.ask": "Un núcleo de 3 × 3 con paso 2 sobre 6 × 9, sin relleno. ¿Qué tamaño?",
  "tour.5.hint":
    "La división se redondea hacia abajo: la ventana no da un paso que no cabe. Luego se suma " +
    "1.",
  "tour.5.after":
    "La división se redondea hacia abajo: (6 − 3) / 2 = 1,5 pasa a 1. Los píxeles a los que " +
    "ninguna ventana entera llega sobran: el rayado rojo los marca.",
  "tour.5.further1.title": "“same” con un paso",
  "tour.5.further1":
    "Con un paso s, “same” divide por s y redondea hacia arriba (ceil). De n píxeles hace este " +
    "número de salidas:\nout = ceil(n / s)\nAquí 6 / 2 = 3. Las ventanas empiezan en 0, 2 y 4. " +
    "La última cubre los lugares 4, 5 y 6: son 7 lugares, de 0 a 6, para 6 píxeles. Cada eje " +
    "necesita, pues, un cero, al final.\nEn general, la última ventana empieza en (out − 1)·s y " +
    "mide k (núcleo). “same” añade los T ceros que faltan; ninguno si bastan n píxeles:\nT = " +
    "max(0, (out − 1)·s + k − n)",
  "tour.5.further2.ask": "“same” con un núcleo de 3 × 3 y paso 2, sobre 5 × 8. ¿Qué tamaño?",
  "tour.5.further2.hint":
    "“same” divide la altura y la anchura por el paso y redondea hacia arriba; el tamaño del " +
    "núcleo no cuenta.",
  "tour.5.further2.after":
    "5 / 2 = 2,5 se redondea a 3, y 8 / 2 es 4. Así, “same” conserva el tamaño de la entrada " +
    "solo con paso 1.",
  "tour.5.further3.title": "“same_size”",
  "tour.5.further3":
    "Algunos cursos dicen “same” cuando la salida es tan grande como la entrada con cualquier " +
    "paso. Esta página dice “same_size”. La ventana pasa entonces sobre mucho relleno.\nout = " +
    "n\nT = (n − 1)·s + k − n\nLa mitad de T va arriba y a la izquierda; si T es impar, el " +
    "cero de más también va allí. Keras y ONNX no tienen esta regla: su “same” da n / s " +
    "salidas, redondeado hacia arriba. PyTorch tiene “same” solo con paso 1.",
  "tour.5.further4.ask": "“same_size” con un núcleo de 3 × 3 y paso 2, sobre 5 × 8. ¿Qué tamaño?",
  "tour.5.further4.hint":
    "“same_size” añade tanto relleno que cada píxel de la entrada tiene su salida.",
  "tour.5.further4.after":
    "Tan grande como la entrada. Esto necesita 6 filas y 9 columnas de relleno; “same” " +
    "necesitaba 2 filas y 1 columna.",
  "tour.6.title": "¿Qué son los canales?",
  "tour.6.short":
    "Planos de números, como rojo, verde y azul. Un núcleo tiene un plano de pesos para cada " +
    "uno, suma todos los productos y da un canal de salida: kh·kw·c pesos (altura, anchura, " +
    "canales).",
  "tour.6.before":
    "Una imagen en color tiene tres números por píxel: tres planos, llamados canales. Otras " +
    "imágenes tienen otros números de canales. Un núcleo tiene un plano de pesos para cada " +
    "canal. Todos los productos, de todos los canales, entran en una sola suma. Así, un núcleo " +
    "da un plano de salida.",
  "tour.6.example":
    "Esta imagen tiene solo dos canales, para que las sumas sean cortas. Un núcleo: la salida " +
    "tiene un canal. Cada canal tiene sus propios pesos (aquí los del canal 1 son el doble de " +
    "los del canal 0, solo para distinguirlos); la suma de cada uno está junto a la imagen o " +
    "debajo. La imagen muestra un canal de la entrada, que se elige debajo (“canal de entrada " +
    "delante”).",
  "tour.6.ask":
    "Una imagen de 5 × 5 con tres canales, dos núcleos de 2 × 2 × 3, sin relleno. ¿Qué forma " +
    "tendrá la salida?",
  "tour.6.hint":
    "Un núcleo pone los productos de todos los canales en una sola suma: da un canal de " +
    "salida, entren los canales que entren.",
  "tour.6.after":
    "Un canal de salida por núcleo: en output[0, 0, 0], el tercer número dice cuál. Cada " +
    "núcleo tiene un plano de pesos para cada uno de los tres canales, aquí 2·2·3 = 12 pesos " +
    "(altura·anchura·canales), los dos juntos 24. Para una imagen en color, un núcleo de 3 × 3 " +
    "tiene 3·3·3 = 27 pesos. La imagen muestra el núcleo 0; “canal de salida”, debajo, muestra " +
    "el otro.",
  "tour.6.try": "Ver los canales por separado",
  "tour.6.further1.title": "los grupos",
  "tour.6.further1":
    "Los grupos dividen los canales, y los núcleos, en partes que no se mezclan. Aquí 4 " +
    "canales y 2 núcleos forman 2 grupos: el núcleo 0 ve solo los canales 0 y 1, el núcleo 1 " +
    "los canales 2 y 3. Así, un núcleo tiene 2 planos de pesos, no 4: menos pesos, y menos que " +
    "calcular. Con tantos grupos como canales, un núcleo ve un solo canal: se llama " +
    "“depthwise”.",
  "tour.7.title": "¿Cómo se hace una convolución sobre una imagen?",
  "tour.7.short":
    "Dos bucles sobre las filas y columnas de la salida: cortar la ventana, multiplicarla por " +
    "el núcleo, sumar.",
  "tour.7.before":
    "Dos bucles recorren las filas y las columnas de la salida. En cada posición: cortar la " +
    "ventana, multiplicar cada píxel por su peso (w * kernel), sumar los productos (sum). " +
    "Debajo de los bucles: este paso. Este núcleo compara un píxel con sus cuatro vecinos: " +
    "encuentra manchas y bordes de cualquier dirección.",
  "tour.7.example": "Pulse “Reproducir” para verlos cambiar.",
  "tour.7.ask": "Ahora una ventana en el margen: ¿qué número será output[4, 2]?",
  "tour.7.hint": "La fila de abajo de la ventana está en el relleno: sus píxeles son 0.",
  "tour.7.after":
    "Los ceros del relleno no añaden nada aquí. Los productos, uno tras otro, están en “Otras " +
    "vistas” (Bucles), más abajo; con varios canales o núcleos, también hay bucles sobre ellos.",
  "tour.7.further1.title": "con un paso",
  "tour.7.further1":
    "Con paso 2, una línea más en los bucles dice dónde empieza la ventana: en y = 2·i y x = " +
    "2·j. La salida es más pequeña. La ventana y su suma son las mismas.",
  "tour.7.further2.title": "con dilatación",
  "tour.7.further2":
    "La dilatación separa los píxeles de la ventana: con 2 toma una de cada dos filas y una de " +
    "cada dos columnas, y salta las de en medio. Así, un núcleo de 3 × 3 abarca 2·(3 − 1) + 1 " +
    "= 5 filas y columnas: una vista más amplia con los mismos 9 pesos. En los bucles lo hace " +
    "“:2” al final de un corte.",
  "tour.8.title": "¿Qué es el max pooling? ¿Y el average pooling?",
  "tour.8.short":
    "Un número por ventana, sin pesos, en cada canal por separado: el píxel mayor (max) o la " +
    "media (average).",
  "tour.8.before":
    "El pooling tiene ventanas pero no pesos. El max pooling guarda el mayor píxel de cada " +
    "ventana, el average pooling su media. Cada canal va por separado. Normalmente el paso es " +
    "el tamaño de la ventana, y las ventanas no se solapan: aquí ambos son 2. La salida es más " +
    "pequeña: una red tiene menos que calcular, y su ventana siguiente ve más de la imagen.",
  "tour.8.example":
    "La imagen muestra average pooling. El max pooling guarda el mayor de los cuatro píxeles.",
  "tour.8.ask": "Max pooling con ventanas de 2 × 2: ¿qué número será output[1, 1]?",
  "tour.8.hint": "Con paso 2, esta ventana empieza en input[2, 2].",
  "tour.8.after":
    "El mayor píxel de la ventana. Dónde está en la ventana no importa: si se mueve dentro de " +
    "su ventana, la salida no cambia.",
  "tour.8.try": "Comparar con la media",
  "tour.8.further1.title": "con relleno",
  "tour.8.further1":
    "El pooling también puede tener relleno. No son ceros, como en una convolución: sus " +
    "lugares no tienen valor. El max pooling nunca los toma. El average pooling los deja fuera " +
    "aquí: esta ventana tiene dos píxeles, así que divide por 2. PyTorch los cuenta como " +
    "ceros, y divide por 4; también esta página con “dividir por: píxeles y relleno” (Todos " +
    "los ajustes).",
  "tour.9.title": "¿Cómo se hace el pooling sobre una imagen?",
  "tour.9.short":
    "Los mismos dos bucles con w.max() o w.mean(), casi siempre con el paso k: floor((n − k) / " +
    "s) + 1 salidas.",
  "tour.9.before":
    "Los mismos dos bucles: una ventana, un número (el mayor píxel, o la media), y luego la " +
    "ventana avanza un paso. Lo que no llena una ventana se deja. Debajo de los bucles: el " +
    "mayor píxel de esta ventana, y la media.",
  "tour.9.example":
    "Esto es max pooling. El average pooling tiene w.mean() en lugar de w.max(); el tamaño de la " +
    "salida es el mismo.",
  "tour.9.ask": "Ahora average pooling con ventanas de 2 × 2 y paso 2, sobre 5 × 7. ¿Qué tamaño?",
  "tour.9.hint": "Lo que no llena una ventana se deja: redondee hacia abajo.",
  "tour.9.after":
    "Redondeado hacia abajo: sobran la última fila y la última columna (rayado rojo). Con la " +
    "opción “ceil” (PyTorch, ONNX), se guarda una última ventana que sale de la imagen.",

  "test.number": "¿Qué número será el píxel marcado de la salida?",
  "test.number_at": "¿Qué número será output[{place}], el píxel enmarcado de la salida?",
  "test.weight":
    "El núcleo debe dar aquí la suma {total}. ¿Qué peso debe estar en la fila {u}, columna {v} " +
    "del núcleo, en lugar de 0?",
  "test.weight_hint":
    "Sume los otros tres productos. Lo que falta para la suma, dividido por el píxel bajo este " +
    "peso, es el peso.",
  "test.size": "¿Qué tamaño tendrá la salida?",
  "test.shape": "¿Qué forma tendrá la salida?",
  "test.padding_for": "La salida debe ser de {size}. ¿Cuánto relleno necesita en total?",
  "test.how_padding":
    "Primero las filas (arriba y abajo juntas), luego las columnas (izquierda y derecha " +
    "juntas), como 2x4. Puede haber varias respuestas correctas.",
  "test.stride_for": "La salida debe ser de {size}. ¿Qué paso la da?",
  "test.how_stride":
    "Primero hacia abajo, luego hacia la derecha, como 2x1. Puede haber varias respuestas " +
    "correctas.",
  "test.heading": "Prueba, pregunta {k} de {count}: {title}",
  "test.next": "Pregunta siguiente",
  "test.result": "Ver el resultado",
  "test.end": "Terminar la prueba",
  "test.again": "Otra vez, con otros números",
  "test.done": "Listo",
  "test.back": "Volver al resultado",
  "test.answers": "Las nueve respuestas en breve (imagen n, núcleo k, paso s)",
  "test.hint4":
    "“valid”: la salida tiene k − 1 filas y columnas menos que la imagen, donde k es la altura " +
    "o la anchura del núcleo. “same”: es tan grande como la imagen.",
  "test.hint5":
    "“valid”: la ventana puede avanzar imagen − núcleo. Divida esto por el paso, redondee " +
    "hacia abajo y sume 1. “same”: divida la imagen por el paso y redondee hacia arriba.",
  "test.score": "{k} de {count} correctas a la primera",
  "test.skipped": "{n} de {count} sin responder",
  "test.missed": "Mire otra vez:",
  "test.all_right":
    "Explique ahora cada una de las nueve con sus propias palabras: esa es la verdadera prueba.",
  "test.image": "Una imagen de {h} × {w}",
  "test.image_channels": "Una imagen de {h} × {w} con {c} canales",
  "test.pool_max": "max pooling con ventanas de {kh} × {kw}",
  "test.pool_avg": "average pooling con ventanas de {kh} × {kw}",
  "test.pool_min": "pooling por el mínimo con ventanas de {kh} × {kw}",
  "test.pool_sum": "pooling por la suma con ventanas de {kh} × {kw}",
  "test.dilation": "dilatación de {dh} hacia abajo y {dw} a la derecha",
  "test.transposed": "convolución transpuesta",
  "test.groups": "{groups} grupos",
  "test.flip": "el núcleo se gira 180 grados",
  "test.pad_mode": "relleno “{mode}”",
  "test.bias": "sesgo {bias}",
  "test.relu": "luego ReLU",
  "test.kernels": ["un núcleo de {kh} × {kw}{depth}", "{nc} núcleos de {kh} × {kw}{depth}"],
  "test.by_hand":
    "relleno {top} arriba, {bottom} abajo, {left} a la izquierda, {right} a la derecha",
  "test.padding": "relleno “{padding}”",
  "test.stride": "paso {sh} hacia abajo y {sw} a la derecha",
  "own.title": "Hacer sus propias preguntas",
  "own.intro":
    "Para una clase: ajuste la imagen como quiera y añada una pregunta sobre lo que se " +
    "muestra. El enlace abre sus preguntas una tras otra, y cada una oculta su respuesta " +
    "hasta que se predice. Las respuestas se calculan, no se guardan.",
  "own.words": "Sus palabras (puede dejarlo vacío)",
  "own.add_number": "Preguntar el número enmarcado",
  "own.add_size": "Preguntar el tamaño de la salida",
  "own.add_padding": "Preguntar qué relleno da este tamaño",
  "own.add_stride": "Preguntar qué paso da este tamaño",
  "own.show": "Mostrar",
  "own.remove": "Quitar",
  "own.number_of": "{settings} Se pide: output[{place}].",
  "own.size_of": "{settings} Se pide: el tamaño.",
  "own.padding_of": "{settings} Se pide: el relleno.",
  "own.stride_of": "{settings} Se pide: el paso.",
  "own.copy": "Copiar el enlace a las preguntas",
  "own.try": "Probar las preguntas",
  "own.heading": "Pregunta {k} de {count}",
  "own.end": "Terminar las preguntas",
  "own.all_right": "Todas, a la primera.",
  "own.full": "Un enlace tiene hasta {most} preguntas.",
  "own.no_number":
    "Una convolución transpuesta suma a varias salidas en cada posición: pregunte el tamaño.",
  "own.no_way":
    "Pregunte el tamaño de una convolución transpuesta: su relleno y su paso actúan al revés.",
  "own.nothing": "Este enlace no tiene ninguna pregunta con sentido aquí.",

  "example.blur": "Desenfocar una foto",
  "example.edges": "Encontrar bordes",
  "example.pad": "Añadir relleno",
  "example.stride": "Usar un paso de 2",
  "example.channels": "Tres canales",
  "example.pool": "Pooling (máximo)",
  "about.blur":
    "Cada píxel se convierte en una media ponderada de su ventana: los pesos, dieciseisavos, " +
    "suman 1. El margen se llena con la foto reflejada (“reflect”), y es tan claro como el " +
    "resto.",
  "about.darker":
    "Con ceros el margen es más oscuro: allí las ventanas cubren píxeles negros (0), y su " +
    "media es menor.",
  "about.edges":
    "Los pesos restan los píxeles de un lado de los del otro: la suma está lejos de 0 donde " +
    "ambos lados difieren, en un borde. El margen se llena con la foto reflejada " +
    "(“reflect”), para que no sea un borde.",
  "about.pad":
    "Los ceros rayados son el relleno. Con uno en cada lado, la salida de un núcleo de 3 × 3 " +
    "es tan grande como la imagen.",
  "about.stride":
    "La ventana avanza 2 en lugar de 1: se salta una de cada dos posiciones, y 5 × 5 salidas se " +
    "vuelven 3 × 3.",
  "about.channels":
    "La imagen tiene tres canales, y el núcleo un plano de pesos para cada uno. Los 12 " +
    "productos entran en una sola suma.",
  "about.pool": "Cada ventana de 2 × 2 se convierte en un número, su mayor píxel. No hay pesos.",
  "about.use_zeros": "Llenar con ceros",
  "about.use_mirror": "Llenar con la foto reflejada",

  "word.title": "Palabras",
  "word.in_part": "Palabras: {list}",
  "word.pixel": "píxel",
  "word.pixel.what": "Un lugar de una imagen: un número, o tres en color, uno por canal.",
  "word.channel": "canal",
  "word.channel.what": "Un plano de números: una imagen en color tiene tres, rojo, verde y azul.",
  "word.kernel": "núcleo",
  "word.kernel.what":
    "La pequeña matriz de pesos que está sobre la ventana y se mueve con ella; también se llama " +
    "filtro.",
  "word.window": "ventana",
  "word.window.what":
    "La parte de la imagen que se mira en un paso; el núcleo está sobre ella, píxel por píxel.",
  "word.weight": "peso",
  "word.weight.what": "Un número de un núcleo: un píxel se multiplica por él.",
  "word.convolution": "convolución",
  "word.convolution.what": "En cada posición de la ventana, píxeles por pesos, sumados.",
  "word.flip": "voltear",
  "word.flip.what":
    "Girar el núcleo 180 grados antes de usarlo, como en el procesamiento de señales. Sin " +
    "ello, una convolución es en rigor una correlación cruzada.",
  "word.output": "salida",
  "word.output.what": "El resultado: un número por cada posición de la ventana.",
  "word.padding": "relleno",
  "word.padding.what":
    "Píxeles añadidos alrededor de la imagen, casi siempre ceros, para que las ventanas puedan " +
    "pasar de su margen; en el pooling no tienen valor.",
  "word.valid": "valid",
  "word.valid.what":
    "Ningún relleno: cada ventana está sobre píxeles reales. La salida es más pequeña, salvo " +
    "con un núcleo de 1 × 1.",
  "word.same": "same",
  "word.same.what":
    "Relleno que hace la salida tan grande como la entrada con paso 1; con un paso s, n píxeles " +
    "dan n / s salidas, redondeado hacia arriba.",
  "word.same_size": "same_size",
  "word.same_size.what":
    "Relleno que hace la salida tan grande como la entrada con cualquier paso.",
  "word.stride": "paso",
  "word.stride.what": "Cuánto avanza la ventana de una posición a la siguiente.",
  "word.floor": "floor",
  "word.floor.what":
    "Redondeado hacia abajo: floor(7 / 2) = 3. En el tamaño de la salida es cuántas veces puede " +
    "avanzar la ventana; + 1 cuenta su primera posición.",
  "word.ceil": "ceil",
  "word.ceil.what": "Redondeado hacia arriba: ceil(7 / 2) = 4.",
  "word.dilation": "dilatación",
  "word.dilation.what":
    "La distancia entre los píxeles de una ventana: 2 deja fuera uno de cada dos.",
  "word.groups": "grupos",
  "word.groups.what":
    "Partes de los canales que no se mezclan: de 4 canales en 2 grupos, la mitad de los núcleos " +
    "ve los canales 0 y 1, los otros 2 y 3.",
  "word.bias": "sesgo",
  "word.bias.what": "Un número que se suma a cada suma, uno por núcleo.",
  "word.relu": "ReLU",
  "word.relu.what": "Los números negativos pasan a ser 0.",
  "word.pooling": "pooling",
  "word.pooling.what": "Un número por ventana, sin pesos: el píxel mayor, la media, etc.",
  "word.transposed": "convolución transpuesta",
  "word.transposed.what":
    "Al revés: cada píxel por el núcleo se suma a una ventana de la salida, que es mayor. El " +
    "relleno corta la salida.",
  "word.extra": "output padding",
  "word.extra.what":
    "De una convolución transpuesta: filas y columnas añadidas abajo y a la derecha de la " +
    "salida, pues varios tamaños llevan a la misma entrada. Tienen los productos que llegan a " +
    "ellas, si no 0 (más un sesgo, si lo hay).",
  "word.layer": "capa",
  "word.layer.what": "Una etapa de una red, como una convolución o un pooling.",
  "word.neuron": "neurona",
  "word.neuron.what":
    "Un número de la salida de una capa: una suma de entradas con pesos, aquí de una ventana.",
  "word.dense": "capa densa",
  "word.dense.what":
    "Una capa en la que cada salida tiene un peso para cada entrada, no solo para una ventana.",
  "word.softmax": "softmax",
  "word.softmax.what":
    "Convierte puntuaciones en probabilidades: e elevado a cada puntuación, dividido por la " +
    "suma de todas.",
  "word.map": "mapa de características",
  "word.map.what": "Un canal de la salida de una capa: dónde encontró un núcleo lo que busca.",
  "word.field": "campo receptivo",
  "word.field.what": "Los píxeles de la imagen de los que depende un número de una capa posterior.",
  "word.parameter": "parámetro",
  "word.parameter.what": "Un número que se aprende: un peso o un sesgo.",
  "word.trained": "entrenada",
  "word.trained.what":
    "Se dice de una red cuyos pesos encontró un ordenador con muchos ejemplos de respuesta " +
    "conocida.",
  "word.gradient": "gradiente",
  "word.gradient.what": "Cuánto cambia un resultado cuando un píxel o un peso crece un poco.",
});
